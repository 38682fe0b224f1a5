import type { Command } from "commander";
import { InputError } from "../../base/index.ts";
import {
  entryJson,
  lintTable,
  newLinter,
  ourSpeakers,
  PLAIN_WIDTH,
  readRecording,
  Replay,
  timelineTable,
  twoSpeakers,
} from "../../console/index.ts";
import type { PeerView, Recording } from "../../console/index.ts";
import { clean, count, formatDate, formatDuration, formatSize } from "../../terminal/index.ts";
import { wholeArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import type { CommonFlags, Session } from "../session.ts";

interface InspectFlags extends CommonFlags {
  readonly peer?: number;
  readonly lint?: boolean;
  readonly strict?: boolean;
}

/** Defines `millrace inspect`. */
export function inspectCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Prints a recorded console session: for each peer every message in both directions, then the linter's findings. Uses no network.",
    [
      ["inspect session.jsonl", "all messages"],
      ["inspect session.jsonl --peer 2", "only the messages of one peer"],
      ["inspect session.jsonl --lint --strict", "the violations of rules; exit status 1 when there is one"],
      [
        "inspect session.jsonl --json | jq '.peers[].entries[] | select(.type == \"request\")'",
        "as JSON, for a script",
      ],
    ],
  )
    .argument("<file>", "a file that `record(FILE)` in the console, or --record, has written")
    .option("--peer <number>", "only the messages of one peer", wholeArgument("--peer", 1, Number.MAX_SAFE_INTEGER))
    .option("--lint", "only the linter's findings")
    .option("--strict", "exit with status 1 when a rule was violated");
  return act<InspectFlags>(command, entry, inspect);
}

async function inspect(session: Session<InspectFlags>): Promise<number> {
  const { flags, output, args } = session;
  const path = args[0] ?? "";
  const recording = await readRecording(await session.runtime(), path);
  const replay = new Replay(recording, { linter: newLinter });
  replay.end();
  const peers =
    flags.peer === undefined ? [...replay.peers] : replay.peers.filter(({ number }) => number === flags.peer);
  if (flags.peer !== undefined && peers.length === 0)
    throw new InputError(
      "console.recording",
      `${path} has no peer ${flags.peer}; it has ${replay.peers.map(({ number }) => number).join(", ") || "none"}`,
    );
  for (const problem of shortcomings(recording)) output.note(`${output.noteStyle.warn("note:")} ${problem}`);
  const faults = countOf(peers, "fault");
  if (output.json) output.data(facts(recording, replay, peers, flags.lint === true));
  else show(session, { replay, peers, faults });
  return flags.strict === true && faults > 0 ? EXIT_FAILED : EXIT_DONE;
}

interface Shown {
  readonly replay: Replay;
  readonly peers: readonly PeerView[];
  readonly faults: number;
}

function show({ flags, output }: Session<InspectFlags>, { replay, peers, faults }: Shown): void {
  const { style } = output;
  const { kind, startedAt, events } = replay.recording;
  const width = process.stdout.columns ?? PLAIN_WIDTH;
  const speakers = kind === "between" ? twoSpeakers : ourSpeakers;
  if (flags.lint !== true) {
    const name = replay.metainfo?.name ?? replay.recording.infoHash;
    const what = kind === "between" ? "a session between two clients" : "a session";
    const began = dateOf(startedAt);
    const when = began === undefined ? [] : [formatDate(began)];
    output.line(
      [
        `${what}${name === undefined ? "" : ` about ${style.strong(clean(name))}`}`,
        ...when,
        formatDuration((events.at(-1)?.at ?? 0) / 1000),
      ].join(", "),
    );
    output.line();
    for (const view of peers) {
      output.line(timelineTable(view, { speakers: speakers(view), style }).draw({ width, style }));
      output.line();
    }
  }
  output.line(lintTable(peers, { speakers }).draw({ width, style }));
  if (flags.lint === true) return;
  const messages = peers.reduce((sum, { conversation: { sides } }) => sum + sides.out.messages + sides.in.messages, 0);
  const bytes = peers.reduce((sum, { conversation: { sides } }) => sum + sides.out.bytes + sides.in.bytes, 0);
  output.line();
  output.line(
    `${count(peers.length, "peer")}, ${count(messages, "message")}, ${formatSize(bytes)}; ${count(faults, "fault")}, ${count(countOf(peers, "note"), "note")}`,
  );
}

function facts(
  { kind, startedAt, infoHash, isCut }: Recording,
  { metainfo }: Replay,
  peers: readonly PeerView[],
  isLintOnly: boolean,
): object {
  return {
    kind,
    startedAt: dateOf(startedAt)?.toISOString() ?? null,
    infoHash: infoHash ?? null,
    name: metainfo?.name ?? null,
    cut: isCut,
    peers: peers.map((view) => ({
      number: view.number,
      address: view.address,
      direction: view.direction,
      client: view.client ?? null,
      ...(isLintOnly ? {} : { entries: view.timeline.map((entry) => entryJson(entry, metainfo?.pieceCount)) }),
      findings: view.findings.map((finding) => finding),
    })),
    faults: countOf(peers, "fault"),
    notes: countOf(peers, "note"),
  };
}

/** Returns a time in a recording as a date; `undefined` when it is out of the range of `Date`. */
function dateOf(milliseconds: number): Date | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Returns notes that name the parts of a recorded session that are missing. */
function shortcomings({ isCut, events }: Recording): string[] {
  const lines = events.flatMap((event) =>
    event.event === "left-out" ? [`${count(event.peers, "peer")} left out of the recording: ${clean(event.why)}`] : [],
  );
  return isCut ? [...lines, "the last line is incomplete: the recording was interrupted"] : lines;
}

function countOf(peers: readonly PeerView[], severity: "fault" | "note"): number {
  return peers.reduce(
    (sum, { findings }) => sum + findings.filter((finding) => finding.severity === severity).length,
    0,
  );
}
