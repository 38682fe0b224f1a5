import type { Command } from "commander";
import { VERSION, type InfoHash } from "../../../base/index.ts";
import { scrape } from "../../../tracker/index.ts";
import type { ScrapeEntry } from "../../../tracker/index.ts";
import { clean, cutText, groupDigits, table } from "../../../terminal/index.ts";
import { infoHashArgument, repeated, wholeArgument } from "../../input/arguments.ts";
import { act, newCommand } from "../../command.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../../exit-code.ts";
import { toProblem } from "../../output/problem.ts";
import type { Problem } from "../../output/problem.ts";
import type { CommonFlags, Session } from "../../session.ts";
import { readTargets } from "../../input/tracker-target.ts";
import type { TrackerTarget } from "../../input/tracker-target.ts";

/**
 * The maximum number of torrents in one request. So many info-hashes fit a UDP datagram (BEP 15), and a URL that HTTP
 * trackers accept (BEP 48).
 */
const PER_REQUEST = 64;
/** The width of the column for names in the table. */
const NAME_WIDTH = 40;

interface ScrapeFlags extends CommonFlags {
  readonly infoHash?: readonly InfoHash[];
  readonly tracker?: readonly string[];
  readonly timeout: number;
}

/** The result of one scrape. An entry is `undefined` when the tracker does not know the torrent. */
interface Result {
  readonly tracker: string;
  readonly targets: readonly TrackerTarget[];
  readonly entries: readonly (ScrapeEntry | undefined)[];
  readonly problem: Problem | undefined;
}

/** Defines `millrace scrape`. */
export function scrapeCommand(entry: CommandEntry): Command {
  const readHash = infoHashArgument("--info-hash");
  const command = newCommand(
    entry,
    "Asks trackers how many seeders and leechers torrents have, without joining the swarms.",
    [
      ["scrape *.torrent", "scrape all torrents, at all of their trackers"],
      [
        "scrape --info-hash 0123456789abcdef0123456789abcdef01234567 --tracker http://tracker.example/announce",
        "use an info-hash instead of a torrent file",
      ],
    ],
  )
    .argument("[torrent|magnet...]", "torrent files or magnet links")
    .option(
      "--info-hash <hex>",
      "a torrent by its info-hash; may be repeated",
      (text: string, before: readonly InfoHash[] | undefined) => [...(before ?? []), readHash(text)],
    )
    .option("-t, --tracker <url>", "use this tracker instead of those of the torrent; may be repeated", repeated)
    .option("--timeout <seconds>", "the maximum time for each tracker", wholeArgument("--timeout", 1, 600), 30);
  return act<ScrapeFlags>(command, entry, run);
}

async function run(session: Session<ScrapeFlags>): Promise<number> {
  const { flags, output } = session;
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  const targets = await readTargets(runtime, session.args, flags.infoHash ?? [], flags.tracker);
  const ask = async ({ tracker, targets }: Batch): Promise<Result> => {
    try {
      const hashes = targets.map((target) => target.infoHash);
      const reach = { userAgent: `Millrace/${VERSION}`, timeoutMs: flags.timeout * 1000 };
      return { tracker, targets, entries: await scrape(runtime, tracker, hashes, reach, signal), problem: undefined };
    } catch (error) {
      signal.throwIfAborted();
      return { tracker, targets, entries: [], problem: toProblem(error) };
    }
  };
  const results = await Promise.all(batches(targets).map(ask));
  output.data({ trackers: results.map(toJson) });
  if (!output.json) {
    const rows = results.flatMap(({ problem, targets, entries, tracker }) =>
      problem === undefined ? targets.map((target, at) => row(target, entries[at], tracker)) : [],
    );
    const right = (title: string) => ({ title, align: "right" as const });
    if (rows.length > 0)
      for (const line of table(
        [right("seeders"), right("leechers"), right("downloads"), { title: "torrent" }, { title: "tracker" }],
        rows,
      ))
        output.line(line);
    for (const { problem } of results) if (problem !== undefined) output.problem(problem);
  }
  return results.some((result) => result.problem === undefined) ? EXIT_DONE : EXIT_FAILED;
}

type Batch = Pick<Result, "tracker" | "targets">;

/** Groups the torrents by tracker, and divides each group into batches that fit one request. */
function batches(targets: readonly TrackerTarget[]): Batch[] {
  const byTracker = new Map<string, TrackerTarget[]>();
  for (const target of targets)
    for (const tracker of target.trackers) byTracker.set(tracker, [...(byTracker.get(tracker) ?? []), target]);
  return [...byTracker].flatMap(([tracker, all]) =>
    Array.from({ length: Math.ceil(all.length / PER_REQUEST) }, (_, at) => ({
      tracker,
      targets: all.slice(at * PER_REQUEST, (at + 1) * PER_REQUEST),
    })),
  );
}

function toJson({ tracker, targets, entries, problem }: Result): unknown {
  if (problem !== undefined) return { tracker, error: problem };
  return {
    tracker,
    torrents: targets.map(({ infoHash }, at) => ({
      infoHash: infoHash.hex,
      known: entries[at] !== undefined,
      ...entries[at],
    })),
  };
}

function row(target: TrackerTarget, entry: ScrapeEntry | undefined, tracker: string): string[] {
  const figures =
    entry === undefined ? ["unknown", "", ""] : [entry.seeders, entry.leechers, entry.completed].map(groupDigits);
  return [...figures, cutText(clean(target.name), NAME_WIDTH), clean(tracker)];
}
