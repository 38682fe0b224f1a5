import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
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
