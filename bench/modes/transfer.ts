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

/** The two ends of a transfer, started. */
interface Ends {
  readonly measured: Child;
  readonly other: Child;
  /** The time at which the transfer has begun. */
  readonly begun: Promise<number>;
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

/** The two ends of a transfer in preparation. */
interface Transfer {
  readonly torrent: TorrentFile;
  /** The number of empty folders to download into. Default: 1. */
  readonly leechers?: number;
  readonly seed: (home: string) => Promise<Child>;
  /** Starts the other end, when the seeder is ready. */
  readonly leech: (dirs: readonly string[], home: string) => Promise<Child>;
  /** The end whose memory and CPU seconds are in the first columns. */
  readonly measured: "seeder" | "leecher";
  /** The end whose event `began` starts the clock; or a function that returns the time. */
  readonly clock: "seeder" | "leecher" | (() => Promise<number>);
  /** Default: `connected`. */
  readonly began?: string;
}

/** Runs both ends until the leecher is complete, and compares the data. */
export async function transfer(bench: Bench, task: Transfer): Promise<Figures> {
  const { torrent, leechers = 1, measured, clock, began = "connected" } = task;
  return inFolders(bench, leechers, async (dirs, home) => {
    const seeder = await task.seed(home);
    try {
      const leecher = await task.leech(dirs, home);
      try {
        const end = clock === "seeder" ? seeder : leecher;
        const figures = await watch(bench, {
          measured: measured === "seeder" ? seeder : leecher,
          other: measured === "seeder" ? leecher : seeder,
          begun: typeof clock === "function" ? clock() : end.waitFor(began, CONNECT_SECONDS).then(({ t }) => t),
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

/** `client` downloads from that many libtorrent seeders, each with its share of the pieces. */
export async function measureLeech(
  bench: Bench,
  client: TransferClient,
  torrent: TorrentFile,
  seeders: number,
): Promise<Figures> {
  const peers = await freePorts(seeders);
  const port = await bench.port();
  return transfer(bench, {
    torrent,
    seed: () => seedersOf(bench, torrent, peers),
    leech: ([dir = ""], home) => client.leech({ torrent, dir, port, home, peers }),
    measured: "leecher",
    clock: "seeder",
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
  const tracker = await bench.tracker();
  tracker.ports = [port];
  tracker.seen.clear();
  const ports = await freePorts(leechers);
  return transfer(bench, {
    torrent,
    leechers,
    seed: (home) => client.seed({ torrent, dir: torrent.source.folder, port, home }),
    leech: (dirs) => bench.partner().leechAll(torrent, dirs, ports, [port]),
    measured: "seeder",
    clock: "leecher",
  });
}

/** Which end is measured, and when the clock starts. */
type PairOptions = Pick<Transfer, "measured" | "clock" | "began">;

/** One client seeds to one. By default the leecher is measured, and the clock starts with the first TCP connection. */
export async function measurePair(
  bench: Bench,
  seeder: TransferClient,
  leecher: TransferClient,
  torrent: TorrentFile,
  options?: PairOptions,
): Promise<Figures> {
  const [seedPort, port] = [await bench.port(), await bench.port()];
  return transfer(bench, {
    torrent,
    seed: (home) => seeder.seed({ torrent, dir: torrent.source.folder, port: seedPort, home }),
    leech: ([dir = ""], home) => leecher.leech({ torrent, dir, port, home, peers: [seedPort] }),
    ...(options ?? { measured: "leecher", clock: () => connectedTo(seedPort, CONNECT_SECONDS) }),
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
export async function watch(bench: Bench, { measured, other, begun, leecher, bytes }: Ends): Promise<Figures> {
  const memory = new MemoryWatch(measured.pid);
  try {
    const begin = await begun;
    const before = { measured: measured.cpu(), other: other.cpu() };
    const end = await leecher.waitFor("complete", bench.options.timeout);
    const cpu = measured.cpu() - before.measured;
    const wall = end.t - begin;
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
