import type { Command } from "commander";
import { Client } from "../../client/index.ts";
import { clean, count, formatPercent } from "../../terminal/index.ts";
import { trackersArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_FAILED, EXIT_INTERRUPTED } from "../exit-code.ts";
import { warnOfFilter } from "../input/ip-filter.ts";
import { warnOfMissingInterfaces } from "../input/lsd-interfaces.ts";
import { requireFolder } from "../input/folder.ts";
import { parentFolderHint } from "../input/folder-hint.ts";
import type { Session } from "../session.ts";
import { TorrentJobs } from "../torrents/torrent-jobs.ts";
import { addSwarmOptions, clientFlags, watchStalls } from "../torrents/flags.ts";
import type { SwarmFlags } from "../torrents/flags.ts";
import { aborted } from "../wait.ts";

interface SeedFlags extends SwarmFlags {
  readonly skipCheck?: boolean;
  readonly superSeed?: boolean;
  readonly tracker?: readonly string[];
}

/** Defines `millrace seed`. */
export function seedCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Shares data that is already on disk, until Ctrl-C. The data is checked first; missing pieces are downloaded.",
    [
      ["seed film.torrent --dir ~/films", "share ~/films/film.mkv"],
      ["seed *.torrent --dir ~/films --max-up 1MiB", "many torrents at the same time, with a rate limit"],
      ["seed film.torrent --dir . --port 0 --json", "on any free port, whose number is in the event `ready`"],
    ],
  )
    .argument("<torrent...>", "torrent files")
    .option("-d, --dir <dir>", "the folder that contains the data", ".")
    .option("--super-seed", "upload little more than one copy of a new torrent (BEP 16); for its only seed")
    .option("--skip-check", "skip the check: assume that all data is complete")
    .option("-t, --tracker <url>", "announce to this tracker as well; may be repeated", trackersArgument("--tracker"));
  addSwarmOptions(command);
  return act<SeedFlags>(command, entry, seed);
}

async function seed(session: Session<SeedFlags>): Promise<number> {
  const { flags, args, output } = session;
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  await requireFolder(runtime, flags.dir);
  const watched = watchStalls(runtime, flags);
  const client = new Client({ runtime: watched.runtime, ...clientFlags(flags) });
  const jobs = new TorrentJobs({ client, output, isQuiet: flags.quiet === true, stalls: watched.stalls });
  try {
    const port = await client.listen();
    warnOfFilter(client.ipFilter, output);
    await warnOfMissingInterfaces(runtime, output, flags.lsdInterface);
    const options = {
      skipCheck: flags.skipCheck === true,
      superSeed: flags.superSeed === true,
      // Wrong data, or the wrong folder: seeding never overwrites it.
      ifForeign: "fail" as const,
      signal,
      ...(flags.peer === undefined ? {} : { peers: flags.peer }),
      ...(flags.tracker === undefined ? {} : { extraTrackers: flags.tracker }),
    };
    const checked = args.map((source) => jobs.begin(source, options));
    await Promise.race([Promise.all(checked), aborted(signal)]);
    if (!signal.aborted && jobs.failures < args.length) {
      const seeded = jobs.all.flatMap((job) => job.torrent ?? []);
      output.data({ event: "ready", port, torrents: seeded.map((torrent) => torrent.infoHash.hex) });
      if (flags.quiet !== true)
        output.line(
          `seeding ${seeded.length === 1 && seeded[0] !== undefined ? clean(seeded[0].name) : count(seeded.length, "torrent")} ${port === 0 ? "without incoming connections" : `on port ${port}`}; Ctrl-C stops`,
        );
      for (const torrent of seeded) {
        const { progress } = torrent.status();
        if (progress === 1) continue;
        const hint =
          progress === 0 && torrent.metainfo !== undefined
            ? await parentFolderHint(runtime, torrent.metainfo, flags.dir)
            : undefined;
        const message = `only ${formatPercent(progress)} of the data is in ${flags.dir}; the rest is downloaded${hint === undefined ? "" : `; ${hint}`}`;
        jobs.reporter.warning(torrent, { code: "seed.incomplete", message: clean(message) });
      }
      await aborted(signal);
    }
  } finally {
    jobs.stop();
    await client.close();
  }
  return signal.aborted ? EXIT_INTERRUPTED : EXIT_FAILED;
}
