import type { Command } from "commander";
import { formatEndpoint, VERSION } from "../../../base/index.ts";
import type { InfoHash } from "../../../base/index.ts";
import { announce } from "../../../tracker/index.ts";
import type { AnnounceEvent, AnnounceReply } from "../../../tracker/index.ts";
import { generatePeerId } from "../../../wire/index.ts";
import { clean, count, formatDuration, table } from "../../../terminal/index.ts";
import { choiceOption, infoHashArgument, repeated, sizeArgument, wholeArgument } from "../../input/arguments.ts";
import { act, newCommand } from "../../command.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../../exit-code.ts";
import { printFields } from "../../input/fields.ts";
import type { Output } from "../../output/output.ts";
import { toProblem } from "../../output/problem.ts";
import type { Problem } from "../../output/problem.ts";
import type { CommonFlags, Session } from "../../session.ts";
import { readTargets } from "../../input/tracker-target.ts";

interface AnnounceFlags extends CommonFlags {
  readonly infoHash?: InfoHash;
  readonly tracker?: readonly string[];
  readonly event: AnnounceEvent | "none";
  readonly port: number;
  readonly numwant: number;
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left?: number;
  readonly timeout: number;
}

/** The result of one announce. */
type Result =
  | { readonly tracker: string; readonly reply: AnnounceReply }
  | { readonly tracker: string; readonly problem: Problem };

/** Defines `millrace announce`. */
export function announceCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Announces to each tracker of a torrent once, and shows the responses. It announces a leecher that has no data and accepts no connections.",
    [
      ["announce debian.torrent", "print the peers of the torrent"],
      [
        "announce --info-hash 0123456789abcdef0123456789abcdef01234567 --tracker udp://127.0.0.1:6969",
        "use an info-hash instead of a torrent file",
      ],
      ["announce debian.torrent --event stopped --port 6881", "withdraw an earlier announce"],
    ],
  )
    .argument("[torrent|magnet]", "a torrent file or magnet link")
    .option("--info-hash <hex>", "announce this info-hash instead of a torrent", infoHashArgument("--info-hash"))
    .option("-t, --tracker <url>", "use this tracker instead of those of the torrent; may be repeated", repeated)
    .addOption(
      choiceOption("--event <event>", "the event to announce", ["started", "stopped", "completed", "none"]).default(
        "started",
      ),
    )
    .option("--port <number>", "the port to announce", wholeArgument("--port", 0, 65_535), 6881)
    .option("--numwant <number>", "the number of peers to request", wholeArgument("--numwant", 0, 10_000), 50)
    .option("--uploaded <size>", "the number of uploaded bytes to announce", sizeArgument("--uploaded"), 0)
    .option("--downloaded <size>", "the number of downloaded bytes to announce", sizeArgument("--downloaded"), 0)
    .option("--left <size>", "the number of missing bytes to announce (default: all)", sizeArgument("--left"))
    .option("--timeout <seconds>", "the maximum time for each tracker", wholeArgument("--timeout", 1, 600), 30);
  return act<AnnounceFlags>(command, entry, run);
}

async function run(session: Session<AnnounceFlags>): Promise<number> {
  const { flags, output } = session;
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  const infoHashes = flags.infoHash === undefined ? [] : [flags.infoHash];
  const [target] = await readTargets(runtime, session.args, infoHashes, flags.tracker);
  if (target === undefined) return EXIT_FAILED;
  const peerId = generatePeerId(runtime.random);
  const ask = async (tracker: string): Promise<Result> => {
    try {
      const reply = await announce(
        runtime,
        {
          url: tracker,
          infoHash: target.infoHash,
          peerId,
          port: flags.port,
          uploaded: flags.uploaded,
          downloaded: flags.downloaded,
          // Something when it is not known: with nothing left we would pass for a seeder.
          left: flags.left ?? target.totalSize ?? 1,
          event: flags.event === "none" ? undefined : flags.event,
          numWant: flags.numwant,
          userAgent: `Millrace/${VERSION}`,
          timeoutMs: flags.timeout * 1000,
        },
        signal,
      );
      return { tracker, reply };
    } catch (error) {
      signal.throwIfAborted();
      return { tracker, problem: toProblem(error) };
    }
  };
  const results = await Promise.all(target.trackers.map(ask));
  output.data({ infoHash: target.infoHash.hex, trackers: results.map(toJson) });
  if (!output.json) results.forEach((result, at) => show(output, result, at));
  return results.some((result) => "reply" in result) ? EXIT_DONE : EXIT_FAILED;
}

function toJson(result: Result): unknown {
  if ("problem" in result) return { tracker: result.tracker, error: result.problem };
  const { peers, ...facts } = result.reply;
  return { tracker: result.tracker, ...facts, peers: peers.map(formatEndpoint) };
}

function show(output: Output, result: Result, at: number): void {
  if (at > 0) output.line();
  output.line(output.style.strong(clean(result.tracker)));
  if ("problem" in result) {
    output.problem(result.problem);
    return;
  }
  const { reply } = result;
  printFields(output, [
    ["seeders", reply.seeders?.toString()],
    ["leechers", reply.leechers?.toString()],
    ["downloads", reply.completed?.toString()],
    [
      "next announce",
      `in ${formatDuration(reply.interval)}${reply.minInterval === undefined ? "" : `, not before ${formatDuration(reply.minInterval)}`}`,
    ],
    ["our address", reply.externalIp],
    ["warning", reply.warning === undefined ? undefined : output.style.warn(clean(reply.warning))],
    ["peers", reply.peers.length === 0 ? "none" : count(reply.peers.length, "peer")],
  ]);
  const rows = reply.peers.map(({ ip, port }) => [ip, String(port)]);
  if (rows.length > 0)
    for (const line of table([{ title: "address" }, { title: "port", align: "right" }], rows)) output.line(`  ${line}`);
}
