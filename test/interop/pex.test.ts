import { mkdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatEndpoint, ipScope } from "../../src/base/index.ts";
import type { ClientOptions, Torrent } from "../../src/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

/** Bytes a second at which the peer in the middle gets data: it is not complete during a test. */
const SLOW = 20_000;
/** Transmission sends a message each 90 s, libtorrent each minute, and the first ones sooner. */
const PATIENCE_MS = 110_000;

const clients: readonly (readonly [
  string,
  "python3-libtorrent" | "transmission-daemon",
  (task: Task) => Promise<RealClient>,
])[] = [
  ["libtorrent", "python3-libtorrent", (task) => Libtorrent.start(task)],
  ["Transmission", "transmission-daemon", (task) => Transmission.start(task)],
];

/** An IPv6 address of this machine that is no loopback address: Transmission ignores loopback addresses from peers. */
const outward = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ address, family }) => family === "IPv6" && ["private", "public"].includes(ipScope(address)))?.address;

interface Scene {
  readonly home: string;
  readonly seedDir: string;
  readonly dirs: readonly [string, string];
  readonly file: string;
}

async function scene(): Promise<Scene> {
  const home = await tempFolder();
  const [seedDir, one, two] = ["seed", "one", "two"].map((name) => join(home, name));
  if (seedDir === undefined || one === undefined || two === undefined) throw new Error("no folders");
  await Promise.all([seedDir, one, two].map((dir) => mkdir(dir)));
  await writeRandom(seedDir, { "river.bin": 4_000_000 });
  const { file } = await torrentOf(join(seedDir, "river.bin"), { pieceLength: 65_536 });
  return { home, seedDir, dirs: [one, two], file };
}

/** Options of a client at a loopback address of its own: Transmission connects to one peer of an address only. */
function at(ip: string): ClientOptions {
  const net: typeof runtime.net = {
    ...runtime.net,
    connect: (options) => runtime.net.connect({ ...options, localIp: ip }),
  };
  return { runtime: { ...runtime, net }, listenIp: ip };
}

function hasDialed(torrent: Torrent, port: number): boolean {
  return torrent.peers().some((peer) => peer.port === port && peer.direction === "outgoing");
}

describe.each(clients)("peer exchange with %s", (name, packageName, start) => {
  const lacking = missing(packageName);

  it.skipIf(lacking.length > 0)(`brings Millrace to a seed that only ${name} knows${because(lacking)}`, async () => {
    const { home, seedDir, dirs, file } = await scene();
    const middle = await start({ home, source: file, dir: dirs[0], seed: false, pex: true });
    const peers = [`127.0.0.1:${middle.port}`];
    const seeder = newClient(seedDir, { ...at("127.0.0.2"), pex: false, maxUploadRate: SLOW });
    await seeder.add(file, { peers });
    const torrent = await newClient(dirs[1], at("127.0.0.3")).add(file, { peers });
    torrent.done.catch(() => undefined);
    await eventually("Millrace has dialed the seed", () => hasDialed(torrent, seeder.port), PATIENCE_MS);
    expect(torrent.status().progress).toBeLessThan(1);
  });

  const ip = name === "Transmission" ? outward : "127.0.0.1";

  it.skipIf(lacking.length > 0 || ip === undefined)(
    `brings ${name} to a seed that only Millrace knows${because(lacking)}${ip === undefined ? " (skipped, because no IPv6 address)" : ""}`,
    async () => {
      const { home, seedDir, dirs, file } = await scene();
      const seeder = newClient(seedDir, { pex: false });
      await (
        await seeder.add(file)
      ).done;
      const leecher = await start({ home, source: file, dir: dirs[0], seed: false, pex: true, ip: ip ?? "" });
      const middle = newClient(dirs[1], { maxDownloadRate: SLOW, maxUploadRate: SLOW });
      const torrent = await middle.add(file, {
        peers: [`127.0.0.1:${leecher.port}`, formatEndpoint({ ip: ip ?? "", port: seeder.port })],
      });
      torrent.done.catch(() => undefined);
      await leecher.complete();
      expect(torrent.status().progress).toBeLessThan(0.9);
      expect((await sums(dirs[0]))["river.bin"]).toBe((await sums(seedDir))["river.bin"]);
    },
  );
});
