/** One torrent over loopback, measured from the first connection to "complete and verified". Shared by four modes. */
import { join } from "node:path";
import type { TransferClient } from "../clients/client.ts";
import type { Bench } from "../lib/bench.ts";
import type { Child } from "../lib/child.ts";
import { makeTorrent, sha256Of } from "../lib/data.ts";
import type { TorrentFile } from "../lib/data.ts";
import { MemoryWatch } from "../lib/meter.ts";
import { connectedTo } from "../lib/connected.ts";
import { freePorts } from "../lib/ports.ts";
import type { Figures, Metric } from "../lib/record.ts";
import { GIB } from "../lib/units.ts";

/** Seconds from a peer's address to a connection: aria2 dials once a second. */
const CONNECT_SECONDS = 30;

export const TRANSFER_METRICS: readonly Metric[] = [
  { key: "rate", title: "MB/s", better: "more" },
  { key: "wall", title: "wall s" },
  { key: "cpu", title: "CPU s", better: "less" },
  { key: "cpuPerGiB", title: "CPU s/GiB" },
  { key: "anonymous", title: "anonymous MB", better: "less" },
  { key: "otherCpu", title: "other end's CPU s" },
];

/** The two ends of a transfer, started; `connected` comes from `teller`. */
interface Ends {
  readonly measured: Child;
  readonly other: Child;
  readonly teller: Pick<Child, "waitFor">;
  readonly leecher: Child;
  /** Transferred bytes. */
  readonly bytes: number;
}

export async function torrentOf(
  bench: Bench,
  size: number,
  pieceLength: number,
  allLengths: readonly number[],
): Promise<TorrentFile> {
  const source = await bench.source(size, allLengths);
  return makeTorrent(source, pieceLength, source.folder, await bench.trackerUrl());
}

/** `client` downloads from that many libtorrent seeders, each with its share of the pieces. */
export async function measureLeech(
  bench: Bench,
  client: TransferClient,
  torrent: TorrentFile,
  seeders: number,
): Promise<Figures> {
  const peers = await freePorts(seeders);
  return inFolders(bench, 1, async ([dir = ""], home) => {
    const other = await seedersOf(bench, torrent, peers);
    try {
      const leecher = await client.leech({ torrent, dir, port: await bench.port(), home, peers });
      try {
        const figures = await watch(bench, {
          measured: leecher,
          other,
          teller: other,
          leecher,
          bytes: torrent.source.size,
        });
        await leecher.stop();
        await requireSame(torrent, [dir]);
        return figures;
      } finally {
        await leecher.stop();
      }
    } finally {
      await other.stop();
    }
  });
}

/** `client` seeds to that many libtorrent leechers. */
export async function measureSeed(
  bench: Bench,
  client: TransferClient,
  torrent: TorrentFile,
  leechers: number,
): Promise<Figures> {
  const port = await bench.port();
  return inFolders(bench, leechers, async (dirs, home) => {
    const tracker = await bench.tracker();
    tracker.ports = [port];
    tracker.seen.clear();
    const seeder = await client.seed({ torrent, dir: torrent.source.folder, port, home });
    try {
      const leecher = await bench.partner().leechAll(torrent, dirs, await freePorts(leechers), [port]);
      try {
        const figures = await watch(bench, {
          measured: seeder,
          other: leecher,
          teller: leecher,
          leecher,
          bytes: torrent.source.size * leechers,
        });
        await leecher.stop();
        await requireSame(torrent, dirs);
        return figures;
      } finally {
        await leecher.stop();
      }
    } finally {
      await seeder.stop();
    }
  });
}

/** `client` seeds to itself: one process at each end. The clock starts with the first connection. */
export async function measurePair(bench: Bench, client: TransferClient, torrent: TorrentFile): Promise<Figures> {
  const port = await bench.port();
  return inFolders(bench, 1, async ([dir = ""], home) => {
    const other = await client.seed({ torrent, dir: torrent.source.folder, port, home });
    try {
      const leecher = await client.leech({ torrent, dir, port: await bench.port(), home, peers: [port] });
      try {
        const begin = await connectedTo(port, CONNECT_SECONDS);
        const figures = await watch(bench, {
          measured: leecher,
          other,
          teller: { waitFor: () => Promise.resolve({ event: "connected", t: begin, fields: {} }) },
          leecher,
          bytes: torrent.source.size,
        });
        await leecher.stop();
        await requireSame(torrent, [dir]);
        return figures;
      } finally {
        await leecher.stop();
      }
    } finally {
      await other.stop();
    }
  });
}

/** libtorrent seeders in one process, which the tracker returns, too. */
export async function seedersOf(bench: Bench, torrent: TorrentFile, ports: readonly number[]): Promise<Child> {
  const tracker = await bench.tracker();
  tracker.ports = ports;
  tracker.seen.clear();
  return bench.partner().seedAll(torrent, torrent.source.folder, ports);
}

/** Waits for the end of a transfer and returns its figures. */
export async function watch(bench: Bench, { measured, other, teller, leecher, bytes }: Ends): Promise<Figures> {
  const memory = new MemoryWatch(measured.pid);
  try {
    const begin = await teller.waitFor("connected", CONNECT_SECONDS);
    const before = { measured: measured.cpu(), other: other.cpu() };
    const end = await leecher.waitFor("complete", bench.options.timeout);
    const cpu = measured.cpu() - before.measured;
    const wall = end.t - begin.t;
    return {
      rate: bytes / wall / 1e6,
      wall,
      cpu,
      cpuPerGiB: (cpu * GIB) / bytes,
      anonymous: memory.peak / 1e6,
      otherCpu: other.cpu() - before.other,
    };
  } finally {
    memory.stop();
  }
}

/** Runs `run` with empty folders, which are removed afterwards. */
export async function inFolders<T>(
  bench: Bench,
  count: number,
  run: (dirs: readonly string[], home: string) => Promise<T>,
): Promise<T> {
  const home = await bench.workspace.folder("home");
  const dirs = await Promise.all(Array.from({ length: count }, () => bench.workspace.folder("got")));
  try {
    return await run(dirs, home);
  } finally {
    for (const folder of [home, ...dirs]) await bench.workspace.drop(folder);
  }
}

export async function requireSame(torrent: TorrentFile, dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) {
    if ((await sha256Of(join(dir, torrent.source.name))) !== torrent.source.sha256)
      throw new Error("the received data differs from the sent data: another SHA-256");
  }
}
