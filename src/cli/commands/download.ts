import type { Command } from "commander";
import { Client } from "../../client/index.ts";
import type { AddOptions } from "../../client/index.ts";
import { choiceOption, repeated, trackersArgument, webSeedsArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { CommandLineError } from "../output/problem.ts";
import { EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED } from "../exit-code.ts";
import { warnOfFilter } from "../input/ip-filter.ts";
import { warnOfMissingInterfaces } from "../input/lsd-interfaces.ts";
import { requireRoomForFolder } from "../input/folder.ts";
import type { Session } from "../session.ts";
import { TorrentJobs } from "../torrents/torrent-jobs.ts";
import { addSwarmOptions, clientFlags, watchStalls } from "../torrents/flags.ts";
import type { SwarmFlags } from "../torrents/flags.ts";
import { torrentFileWriter } from "../torrents/torrent-file-writer.ts";
import { selectByGlobs } from "../torrents/select.ts";
import { printTotals } from "../torrents/totals.ts";
import { aborted } from "../wait.ts";

interface DownloadFlags extends SwarmFlags {
  readonly select?: readonly string[];
  readonly sequential?: boolean;
  readonly seed?: boolean;
  readonly tracker?: readonly string[];
  readonly webSeed?: readonly string[];
  readonly overwrite?: boolean;
  readonly allocation: "sparse" | "full";
  readonly metadataOnly?: boolean;
  readonly out?: string;
}

/** Defines `millrace download`. */
export function downloadCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Downloads torrents, all at the same time. A source is a torrent file, its http(s) URL, a magnet link, or an info-hash. Ctrl-C stops cleanly; the same command resumes the download.",
    [
      ["download debian.torrent", "download into the current folder"],
      [
        "download 'magnet:?xt=urn:btih:…' --dir ~/downloads --seed",
        "a magnet link (in quotes for the shell); seed afterwards",
      ],
      [
        "download season.torrent --select '*.mkv' --select 'extras/**'",
        "only some files; see `millrace info season.torrent`",
      ],
      [
        "download a.torrent b.torrent --max-down 2MiB --max-up 200KiB",
        "two torrents at the same time, with rate limits",
      ],
      [
        "download 'magnet:?xt=urn:btih:…' --metadata-only --out films.torrent",
        "write only the torrent file of a magnet link",
      ],
      ["download x.torrent --peer 192.168.0.7:6881 --no-trackers --json", "only from one peer, with JSON output"],
    ],
  )
    .argument("<source...>", "torrent files, http(s) URLs of torrent files, magnet links, or info-hashes")
    .option("-d, --dir <dir>", "the folder to download into", ".")
    .option(
      "-s, --select <glob>",
      "download only files that match, such as '*.mkv' or 'extras/**'; may be repeated",
      repeated,
    )
    .option(
      "--sequential",
      "download pieces in order, so that a file can be opened during the download; this is slower for the swarm",
    )
    .option("--overwrite", "overwrite existing files that have other content than the torrent")
    .option("--metadata-only", "download no data, but write the torrent file of each magnet link")
    .option("-o, --out <file>", "the torrent file that --metadata-only writes (default: NAME.torrent in --dir)")
    .option("--seed", "seed when complete, until Ctrl-C")
    .option("-t, --tracker <url>", "announce to this tracker as well; may be repeated", trackersArgument("--tracker"))
    .option(
      "--web-seed <url>",
      "download from this web server as well (BEP 19); may be repeated",
      webSeedsArgument("--web-seed"),
    );
  addSwarmOptions(command).addOption(
    choiceOption("--allocation <how>", "how disk space is allocated: sparse, or full (zeros are written first)", [
      "sparse",
      "full",
    ]).default("sparse"),
  );
  return act<DownloadFlags>(command, entry, download);
}

async function download(session: Session<DownloadFlags>): Promise<number> {
  const { flags, args, output } = session;
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  const save = flags.metadataOnly === true ? await torrentFileWriter(runtime, flags, args.length) : undefined;
  if (flags.out !== undefined && save === undefined)
    throw new CommandLineError("--out names the torrent file that --metadata-only writes; data goes into --dir");
  await requireRoomForFolder(runtime, flags.dir);
  const selection = flags.select === undefined ? undefined : await selectByGlobs(flags.select);
  const watched = watchStalls(runtime, flags);
  const client = new Client({ runtime: watched.runtime, ...clientFlags(flags), allocation: flags.allocation });
  const jobs = new TorrentJobs({
    client,
    output,
    isQuiet: flags.quiet === true,
    stalls: watched.stalls,
    refuse: selection?.refuse,
    save,
  });
  try {
    const port = await client.listen();
    warnOfFilter(client.ipFilter, output);
    await warnOfMissingInterfaces(runtime, output, flags.lsdInterface);
    output.data({ event: "ready", port, torrents: args.length });
    const options: AddOptions = {
      sequential: flags.sequential === true,
      // The user asks for a download: complete files that are gone are downloaded again, with a warning.
      ifMissing: "download",
      cutLonger: true,
      ifForeign: flags.overwrite === true ? "overwrite" : "fail",
      signal,
      ...(flags.peer === undefined ? {} : { peers: flags.peer }),
      ...(flags.tracker === undefined ? {} : { extraTrackers: flags.tracker }),
      ...(flags.webSeed === undefined ? {} : { webSeeds: flags.webSeed }),
      ...(selection === undefined ? {} : { select: selection.filter }),
    };
    const all = Promise.all(args.map((source) => jobs.run(source, options)));
    await Promise.race([all, aborted(signal)]);
    // Complete torrents seed until the last one is complete; with --seed all go on after that.
    if (flags.seed === true && save === undefined && !signal.aborted && jobs.failures < args.length)
      await aborted(signal);
  } finally {
    jobs.stop();
    if (signal.aborted) output.note("stopping; press Ctrl-C again to end at once");
    await client.close();
  }
  if (flags.quiet !== true && save === undefined) printTotals(output, jobs.all);
  if (signal.aborted) {
    if (jobs.all.some((job) => !job.isOver)) output.note("stopped; the same command resumes the download");
    return EXIT_INTERRUPTED;
  }
  return jobs.failures > 0 ? EXIT_FAILED : EXIT_DONE;
}
