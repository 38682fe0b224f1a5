import type { Runtime } from "../../../runtime/index.ts";
import { clean, styleFor } from "../../../terminal/index.ts";
import { readRecording, Replay, type Replayed } from "../../record/index.ts";
import { wholeBetween, wrong } from "../../session/arguments.ts";
import { entryText, timeText } from "../../view/index.ts";
import { commonScope } from "../common-scope.ts";
import type { Lookup } from "../globals.ts";
import { replayIntroduction, Text } from "../help.ts";
import { historyFile } from "./history.ts";
import { REPLAY_NAMES } from "../names/index.ts";
import { newLinter } from "../new-linter.ts";
import type { ShellServices } from "../services.ts";
import { runShell } from "../shell.ts";
import { describeTorrent } from "../torrent-facts.ts";

/** Options of {@link runReplay}. */
export interface ReplayConsoleOptions {
  readonly runtime: Runtime;
  /** The path of the recording. */
  readonly path: string;
  readonly script: string | undefined;
  /** The command-line arguments that are passed to the script. */
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs the console on a recording, which the user replays. Resolves to the exit status; rejects with InputError
 * `console.recording` and StorageError.
 */
export async function runReplay(options: ReplayConsoleOptions): Promise<number> {
  const { runtime, path, script, words, isJson, signal } = options;
  const recording = await readRecording(runtime, path);
  const replay = new Replay(recording, { linter: newLinter });
  return runShell({
    groups: REPLAY_NAMES,
    scope: (services) => replayScope(replay, services),
    introduction: replayIntroduction,
    pieceCount: () => replay.metainfo?.pieceCount,
    script,
    words,
    prompt: "replay> ",
    greeting: `${styleFor(process.stdout).strong("Millrace console")}: the recording ${clean(path)} of ${dateText(recording.startedAt)}, ${replay.length} events${recording.isCut ? "; its end is missing" : ""}.\nstep() replays the next, end() all of them, timeline(peer) shows the messages; available() lists all names, Ctrl-D ends.`,
    historyFile: await historyFile(),
    isJson,
    signal,
  });
}

/** Formats a time from a recording as a date. The time may be invalid, which means out of the range of `Date`. */
function dateText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString();
}

/** Returns all names of a replay, with their values. */
function replayScope(replay: Replay, services: ShellServices): Map<string, Lookup> {
  const current = (): Text => {
    const place = `event ${replay.position} of ${replay.length}, ${timeText(replay.at)}`;
    return new Text(
      `${replay.current}\n${styleFor(process.stdout).dim(replay.position === replay.length ? `${place}: the end` : place)}`,
    );
  };
  const lines = (brought: readonly Replayed[]): Text => {
    const texts = brought.map(({ peer, entry }) =>
      entryText(entry, { peer: peer.number, pieceCount: replay.metainfo?.pieceCount }),
    );
    return new Text(
      [
        ...texts,
        styleFor(process.stdout).dim(`event ${replay.position} of ${replay.length}, ${timeText(replay.at)}`),
      ].join("\n"),
    );
  };
  const count = (call: string, value: unknown): number =>
    value === undefined ? 1 : wholeBetween(call, "count", value, 0, Number.MAX_SAFE_INTEGER);
  const functions: Readonly<Record<string, (...given: never[]) => unknown>> = {
    step: (steps?: unknown) => {
      const wanted = count("step(count)", steps);
      const brought = replay.step(wanted);
      return wanted > 1 ? lines(brought) : current();
    },
    back: (steps?: unknown) => {
      replay.back(count("back(count)", steps));
      return current();
    },
    goto: (seconds?: unknown) => {
      if (typeof seconds !== "number" || !(seconds >= 0))
        throw wrong("goto(seconds)", "seconds", "a number from 0", seconds);
      return lines(replay.goto(seconds));
    },
    end: () => lines(replay.end()),
  };
  const names: [string, Lookup][] = [
    [
      "replay",
      () => ({
        position: replay.position,
        length: replay.length,
        at: replay.at,
        recording: {
          kind: replay.recording.kind,
          startedAt: dateText(replay.recording.startedAt),
          infoHash: replay.recording.infoHash,
          isCut: replay.recording.isCut,
        },
      }),
    ],
    ["torrent", () => (replay.metainfo === undefined ? undefined : describeTorrent(replay.metainfo))],
    ["peers", () => replay.peers],
    ["peer", () => replay.peers.last],
    ...Object.entries(functions).map(([name, value]): [string, Lookup] => [name, () => value]),
  ];
  return new Map([...names, ...commonScope(replay.peers, services)]);
}
