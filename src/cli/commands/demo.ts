import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { formatEndpoint, StorageError } from "../../base/index.ts";
import { Client } from "../../client/index.ts";
import type { Torrent } from "../../client/index.ts";
import { createTorrent } from "../../creation/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { TrackerServer } from "../../tracker/index.ts";
import { formatDuration, formatRate, formatSize } from "../../terminal/index.ts";
import { sizeArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { sha256File, writeDemoFile } from "../demo-data.ts";
import { EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED } from "../exit-code.ts";
import type { CommonFlags, Session } from "../session.ts";
import { TorrentJobs } from "../torrents/torrent-jobs.ts";
import { aborted } from "../wait.ts";

interface DemoFlags extends CommonFlags {
  readonly size: number;
}

const DEFAULT_SIZE = 256 * 1024 * 1024;

/** The address on which the demo's clients listen. Only connections from this machine reach it. */
const LOOPBACK = "127.0.0.1";

/** Defines `millrace demo`. */
export function demoCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Shows a whole transfer without a network: a tracker, a seeder and a downloader, all on this machine. Its files are removed at the end.",
    [
      ["demo", "256 MiB"],
      ["demo --size 2GiB", "more data, for a more exact rate"],
    ],
  ).option("--size <size>", "the amount of data to download", sizeArgument("--size"), DEFAULT_SIZE);
  return act<DemoFlags>(command, entry, demo);
}

async function demo(session: Session<DemoFlags>): Promise<number> {
  const { output, flags } = session;
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  const free = await runtime.files.freeSpace(tmpdir());
  if (free < 2 * flags.size) {
    throw new StorageError(
      "storage.full",
      `${tmpdir()} has ${formatSize(free)} free and the demo needs ${formatSize(2 * flags.size)}: set TMPDIR, or choose a smaller --size`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "millrace-demo-"));
  try {
    return await play(session, runtime, folder);
  } catch (error) {
    if (!signal.aborted) throw error;
    return EXIT_INTERRUPTED;
  } finally {
    await rm(folder, { recursive: true, force: true });
    if (signal.aborted) output.note("interrupted; the demo's files are removed");
  }
}

async function play(session: Session<DemoFlags>, runtime: Runtime, folder: string): Promise<number> {
  const { output, flags } = session;
  const { signal } = session.interrupt;
  const tracker = new TrackerServer(runtime, { http: { ip: LOOPBACK, port: 0 }, udp: { ip: LOOPBACK, port: 0 } });
  const { udp } = await tracker.listen();
  const seeder = new Client({ runtime, downloadDir: join(folder, "seeder"), port: 0, listenIp: LOOPBACK });
  const leecher = new Client({ runtime, downloadDir: join(folder, "downloader"), port: 0, listenIp: LOOPBACK });
  const jobs = new TorrentJobs({ client: leecher, output, isQuiet: false });
  try {
    const announce = udp === undefined ? "" : `udp://${formatEndpoint(udp)}`;
    output.line(`1. a tracker listens at ${announce}`);
    await mkdir(join(folder, "seeder"));
    const original = join(folder, "seeder", "millrace-demo.bin");
    await writeDemoFile(original, flags.size, runtime.random, signal);
    const { bytes, metainfo } = await createTorrent(runtime, { path: original, trackers: [[announce]], signal });
    output.line(
      `2. a torrent of ${formatSize(flags.size)} in ${metainfo.pieceCount} pieces is made: ${metainfo.id.hex}`,
    );
    const torrentFile = join(folder, "millrace-demo.torrent");
    await writeFile(torrentFile, bytes);
    await (
      await seeder.add(metainfo, { skipCheck: true })
    ).done;
    await seederIsKnown(seeder.torrents[0], signal);
    output.line("3. a seeder has announced it");
    output.data({ event: "ready", tracker: announce, infoHash: metainfo.id.hex, bytes: flags.size });
    await Promise.race([jobs.run(torrentFile, { signal }), aborted(signal)]);
    const [job] = jobs.all;
    jobs.stop();
    if (signal.aborted || job === undefined) return EXIT_INTERRUPTED;
    if (job.phase.kind !== "complete") return EXIT_FAILED;
    const { seconds } = job.phase;
    const rate = flags.size / seconds;
    output.line(
      `4. a downloader found it through the tracker: ${formatSize(flags.size)} in ${formatDuration(seconds)}, every piece checked`,
    );
    const isSame = (await sha256File(original)) === (await sha256File(join(folder, "downloader", "millrace-demo.bin")));
    output.line(`5. SHA-256 of both files: ${isSame ? output.style.good("the same") : output.style.bad("different")}`);
    output.line(
      `\n${output.style.good(formatRate(rate))} over TCP on this machine, with seeder, tracker and downloader in one process`,
    );
    output.data({
      event: "verified",
      infoHash: metainfo.id.hex,
      bytes: flags.size,
      rate: Math.round(rate),
      same: isSame,
    });
    return isSame ? EXIT_DONE : EXIT_FAILED;
  } finally {
    jobs.stop();
    await leecher.close();
    await seeder.close();
    await tracker.close();
  }
}

/**
 * Resolves when a tracker has replied to the torrent's announce. From then on the tracker returns the seeder to other
 * clients.
 */
async function seederIsKnown(torrent: Torrent | undefined, signal: AbortSignal): Promise<void> {
  const isKnown = (): boolean =>
    signal.aborted || torrent?.trackers().some(({ state }) => state.kind === "working") !== false;
  while (!isKnown()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
