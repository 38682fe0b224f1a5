import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fromHex, toHex, utf8, utf8Decode } from "../../src/base/index.ts";
import { asDict, decode, encode, type BInput } from "../../src/bencode/index.ts";
import type { Client } from "../../src/client/index.ts";
import { decodeKrpc, encodeQuery, idFromBytes, idToBytes, signedBytes } from "../../src/dht/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { start } from "../cli/command-line.ts";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { LibtorrentDht } from "../support/libtorrent-dht.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

interface Scene {
  readonly seedDir: string;
  readonly dir: string;
  readonly file: string;
  /** No tracker, no name, no peer. */
  readonly link: string;
}

async function scene(): Promise<Scene> {
  const home = await tempFolder();
  const [seedDir, dir] = [join(home, "seed"), join(home, "leech")];
  await Promise.all([mkdir(seedDir), mkdir(dir)]);
  await writeRandom(seedDir, { "river.bin": 3_000_000 });
  const { file, metainfo } = await torrentOf(join(seedDir, "river.bin"), { pieceLength: 65_536 });
  return { seedDir, dir, file, link: `magnet:?xt=urn:btih:${metainfo.id.hex}` };
}

const river = async (folder: string): Promise<string | undefined> => (await sums(folder))["river.bin"];

const absent = missing("python3-libtorrent");

describe.skipIf(absent.length > 0)(`a private DHT of 30 libtorrent nodes${because(absent)}`, () => {
  it.each([
    ["IPv4", false],
    ["IPv6", true],
  ])("over %s brings Millrace to what libtorrent seeds, and libtorrent to what Millrace seeds", async (_, ipv6) => {
    const dht = await LibtorrentDht.start(30, { ipv6 });
    const options = { dht: { bootstrap: dht.bootstrap, readOnly: false }, listenIp: ipv6 ? "::1" : "127.0.0.1" };
    const [theirs, ours] = [await scene(), await scene()];

    dht.send({ do: "add", name: "seed", node: 5, torrent: theirs.file, dir: theirs.seedDir, seed: true });
    dht.send({ do: "announce", name: "seed" });
    const leecher = newClient(theirs.dir, options);
    const torrent = await leecher.add(theirs.link);
    await torrent.done;
    expect(await river(theirs.dir)).toBe(await river(theirs.seedDir));

    const seeder = newClient(ours.seedDir, options);
    const seeding = await seeder.add(ours.file);
    await seeding.done;
    await eventually("Millrace has joined the DHT", () => seeder.dht?.stats.families.some(({ nodes }) => nodes > 8));
    dht.send({ do: "add", name: "leech", node: 20, magnet: ours.link, dir: ours.dir });
    await dht.complete("leech");
    expect(await river(ours.dir)).toBe(await river(ours.seedDir));
    await Promise.all([leecher.close(), seeder.close()]);
  });
});

describe.skipIf(absent.length > 0)(
  `downloads one after the other in a DHT of libtorrent nodes${because(absent)}`,
  () => {
    it("find what is seeded, and leave no closed node in the tables of others", async () => {
      const dht = await LibtorrentDht.start(20);
      const bootstrap = dht.bootstrap.flatMap((node) => ["--dht-bootstrap", node]);
      const used: number[] = [];
      for (let round = 0; round < 10; round++) {
        const { seedDir, dir, file, link } = await scene();
        const name = `seed ${round}`;
        dht.send({ do: "add", name, node: (7 * round) % 20, torrent: file, dir: seedDir, seed: true });
        await dht.report("torrent", ({ torrent }) => torrent?.name === name && torrent.complete);
        dht.send({ do: "announce", name });
        const run = start("download", link, "--dir", dir, "--json", "--port", "0", "--no-lsd", ...bootstrap);
        used.push(Number((await run.until("ready"))["port"]));
        await run.until("complete");
        expect(await run.program.exit()).toBe(0);
        expect(await river(dir)).toBe(await river(seedDir));
      }
      const known = await knownPorts(dht.ports);
      expect(known.size).toBeGreaterThan(10);
      // Those that found no peer at once have announced themselves, and libtorrent adds nodes that announce.
      expect(used.filter((port) => known.has(port)).length).toBeLessThanOrEqual(3);
    });
  },
);

/** Returns the ports of all nodes that the nodes at these ports of the loopback address know. */
async function knownPorts(ports: readonly number[]): Promise<Set<number>> {
  const known = new Set<number>();
  const waiting = new Set<string>();
  const socket = createSocket("udp4");
  socket.on("message", (bytes) => {
    const message = decodeKrpc(bytes);
    if (message?.kind !== "reply") return;
    waiting.delete(toHex(message.transaction));
    for (const { endpoint } of message.reply.nodes) known.add(endpoint.port);
  });
  for (const port of ports) {
    for (let bits = 0; bits < 8; bits++) {
      const id = idFromBytes(new Uint8Array(20).fill(bits << 5));
      const transaction = Uint8Array.of(port >> 8, port & 255, bits);
      waiting.add(toHex(transaction));
      const query = encodeQuery(transaction, id, { method: "find_node", target: id }, true);
      // A copy: the encoder uses its buffer again.
      socket.send(Buffer.from(query), port, "127.0.0.1");
    }
  }
  await eventually("all nodes have replied", () => waiting.size === 0);
  socket.close();
  return known;
}

describe.skipIf(absent.length > 0)(`a first DHT node of libtorrent${because(absent)}`, () => {
  /** A DHT of libtorrent nodes in which one torrent is seeded, and a client without bootstrap nodes. */
  async function stage(): Promise<{ dht: LibtorrentDht; theirs: Scene; leecher: Client }> {
    const dht = await LibtorrentDht.start(12);
    const theirs = await scene();
    dht.send({ do: "add", name: "seed", node: 5, torrent: theirs.file, dir: theirs.seedDir, seed: true });
    dht.send({ do: "announce", name: "seed" });
    const leecher = newClient(theirs.dir, { dht: { bootstrap: [], readOnly: false }, listenIp: "127.0.0.1" });
    return { dht, theirs, leecher };
  }

  it("comes from a peer's port message", async () => {
    const { dht, theirs, leecher } = await stage();
    const other = await scene();
    dht.send({ do: "add", name: "other", node: 8, torrent: other.file, dir: other.seedDir, seed: true });
    const torrent = await leecher.add(theirs.link);
    // Its port is also the one of its DHT node; as a peer it has nothing of the first torrent.
    await leecher.add(other.file, { downloadDir: other.dir, peers: [`127.0.0.1:${dht.ports[8]}`] });
    await torrent.done;
    expect(await river(theirs.dir)).toBe(await river(theirs.seedDir));
  });

  it("comes from the nodes of a torrent file", async () => {
    const { dht, theirs, leecher } = await stage();
    const bytes = await readFile(theirs.file);
    const nodes = [["127.0.0.1", dht.ports[8] ?? 0]];
    const torrent = await leecher.add(
      encode(new Map<string, BInput>([...(asDict(decode(bytes)) ?? []), ["nodes", nodes]])),
    );
    expect([torrent.metainfo?.nodes.length, torrent.metainfo?.trackers.length]).toEqual([1, 0]);
    await torrent.done;
    expect(await river(theirs.dir)).toBe(await river(theirs.seedDir));
  });
});

describe.skipIf(absent.length > 0)(`items (BEP 44) among libtorrent nodes${because(absent)}`, () => {
  it("are read and written both ways, mutable ones with their sequence numbers", async () => {
    const nodes = await LibtorrentDht.start(12);
    const client = newClient(await tempFolder(), {
      dht: { bootstrap: nodes.bootstrap, readOnly: false },
      listenIp: "127.0.0.1",
    });
    await client.listen();
    const { dht } = client;
    if (dht === undefined) throw new Error("no DHT");
    await eventually("Millrace has joined the DHT", () => dht.stats.families.some((family) => family.nodes > 5));

    const hello = await dht.putItem({ kind: "immutable", value: utf8("5:hello") });
    expect(hello.stored).toBeGreaterThan(0);
    nodes.send({ do: "get-immutable", node: 7, target: toHex(idToBytes(hello.target)) });
    expect((await nodes.report("immutable")).item).toBe("hello");

    nodes.send({ do: "put-immutable", node: 8, text: "world" });
    const target = idFromBytes(fromHex((await nodes.report("put")).put ?? "") ?? new Uint8Array());
    const world = await eventually("libtorrent has stored it", () => dht.getItem({ kind: "immutable", target }));
    expect(utf8Decode(world.item.value)).toBe("5:world");

    const seed = new Uint8Array(randomBytes(32));
    const key = runtime.signatures.publicKey(seed);
    const salt = utf8("salt");
    const value = utf8("3:one");
    const signature = runtime.signatures.sign(seed, signedBytes(value, 1, salt));
    const ours = await dht.putItem({ kind: "mutable", key, salt, seq: 1, value, signature });
    expect(ours.stored).toBeGreaterThan(0);
    nodes.send({ do: "get-mutable", node: 3, key: toHex(key), salt: "salt" });
    const one = await nodes.report("mutable", ({ mutable, seq }) => mutable === toHex(key) && seq === 1);
    expect(one.item).toBe("one");

    const secret = createHash("sha512").update(seed).digest();
    secret[0] = (secret[0] ?? 0) & 248;
    secret[31] = ((secret[31] ?? 0) & 63) | 64;
    nodes.send({ do: "put-mutable", node: 4, private: toHex(secret), key: toHex(key), salt: "salt", text: "two" });
    const two = await eventually("libtorrent has changed it", async () => {
      const found = await dht.getItem({ kind: "mutable", key, salt });
      return found?.item.kind === "mutable" && Number(found.item.seq) === 2 ? found : undefined;
    });
    expect(utf8Decode(two.item.value)).toBe("3:two");
    await client.close();
  });
});
