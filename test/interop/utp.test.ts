import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NetworkError } from "../../src/base/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, Transmission } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const real = nodeRuntime();
afterAll(() => real.close());

/** A runtime whose TCP connections fail, both ways. */
const runtime: Runtime = {
  ...real,
  net: {
    resolve: (...args) => real.net.resolve(...args),
    connect: () => Promise.reject(new NetworkError("net.refused", "no TCP in this test")),
    listen: (options) => real.net.listen({ ...options, onSocket: (socket) => socket.destroy() }),
  },
};

async function scene() {
  const folder = await tempFolder();
  const [seedDir, leechDir] = [join(folder, "seed"), join(folder, "leech")];
  await mkdir(leechDir);
  await writeRandom(seedDir, { "data/a.bin": 3_000_000, "data/b.bin": 2_000_001 });
  const { file } = await torrentOf(join(seedDir, "data"));
  return { home: join(folder, "home"), seedDir, leechDir, file };
}

async function expectEqual(one: string, other: string): Promise<void> {
  for (const name of ["data/a.bin", "data/b.bin"]) expect((await sums(one))[name]).toBe((await sums(other))[name]);
}

const kinds = (torrent: { peers(): readonly { readonly transport: string }[] }): string[] =>
  torrent.peers().map(({ transport }) => transport);

const lacksLibtorrent = missing("python3-libtorrent");
const lacksTransmission = missing("transmission-daemon");

describe.skipIf(lacksLibtorrent.length > 0)(`uTP with libtorrent${because(lacksLibtorrent)}`, () => {
  it.each(["127.0.0.1", "::1"])("downloads what it seeds at %s", async (ip) => {
    const { home, seedDir, leechDir, file } = await scene();
    const ipv6 = ip === "::1";
    const seeder = await Libtorrent.start({ home, source: file, dir: seedDir, seed: true, utp: true }, { ipv6 });
    const client = newClient(leechDir, { runtime, listenIp: ip, dht: false });
    const peers = [ipv6 ? `[::1]:${seeder.port}` : `127.0.0.1:${seeder.port}`];
    const torrent = await client.add(file, { peers });
    await eventually("a peer is connected", () => kinds(torrent).length > 0 || torrent.state.kind === "seeding");
    expect(new Set(kinds(torrent))).toEqual(new Set(kinds(torrent).length === 0 ? [] : ["utp"]));
    await torrent.done;
    await expectEqual(seedDir, leechDir);
    await seeder.stop();
  });

  it("uploads when it connects", async () => {
    const { home, seedDir, leechDir, file } = await scene();
    const client = newClient(seedDir, { runtime, listenIp: "127.0.0.1", dht: false });
    const torrent = await client.add(file);
    await torrent.done;
    const leecher = await Libtorrent.start({ home, source: file, dir: leechDir, seed: false, utp: true });
    leecher.connect("127.0.0.1", client.port);
    await eventually("a peer is connected", () => kinds(torrent).length > 0);
    expect(torrent.peers()[0]).toMatchObject({ transport: "utp", direction: "incoming" });
    await leecher.complete();
    await expectEqual(seedDir, leechDir);
    await leecher.stop();
  });

  // libtorrent itself sends no SYN packet to ::1.
  it("uploads over IPv6 when Millrace connects", async () => {
    const { home, seedDir, leechDir, file } = await scene();
    const leecher = await Libtorrent.start(
      { home, source: file, dir: leechDir, seed: false, utp: true },
      { ipv6: true },
    );
    const torrent = await newClient(seedDir, { runtime, listenIp: "::1", dht: false }).add(file, {
      peers: [`[::1]:${leecher.port}`],
    });
    await leecher.complete();
    expect(torrent.status().uploaded).toBeGreaterThanOrEqual(5_000_001);
    await expectEqual(seedDir, leechDir);
    await leecher.stop();
  });
});

describe.skipIf(lacksTransmission.length > 0)(`uTP with Transmission${because(lacksTransmission)}`, () => {
  it.each(["downloads from", "uploads to"])("%s it", async (direction) => {
    const { home, seedDir, leechDir, file } = await scene();
    const isSeed = direction === "downloads from";
    const [theirs, ours] = isSeed ? [seedDir, leechDir] : [leechDir, seedDir];
    const other = await Transmission.start({ home, source: file, dir: theirs, seed: isSeed, utp: true });
    const client = newClient(ours, { runtime, listenIp: "127.0.0.1", dht: false });
    const torrent = await client.add(file, { peers: [`127.0.0.1:${other.port}`] });
    await Promise.all([torrent.done, other.complete()]);
    await expectEqual(seedDir, leechDir);
    const { downloaded, uploaded } = torrent.status();
    expect(isSeed ? downloaded : uploaded).toBeGreaterThanOrEqual(5_000_001);
    await other.stop();
  });
});
