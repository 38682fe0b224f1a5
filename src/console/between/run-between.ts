import { formatEndpoint, toError, whenAborted } from "../../base/index.ts";
import { type Runtime } from "../../runtime/index.ts";
import type { Style } from "../../terminal/index.ts";
import type { Entry } from "../conversation/entry.ts";
import { Recorder, Tape } from "../record/index.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { entryText, twoSpeakers } from "../view/index.ts";
import { Between, type BetweenOptions } from "./between.ts";

/** Options of {@link runBetween}. */
export interface RunBetweenOptions extends Omit<BetweenOptions, "runtime" | "onView" | "onError"> {
  readonly runtime: Pick<Runtime, "files"> & BetweenOptions["runtime"];
  /** Aborting this signal stops the proxy. */
  readonly signal: AbortSignal;
  /** The path of the file to record to; without it nothing is recorded. */
  readonly record?: string | undefined;
  /** Called when the proxy has started to listen. */
  readonly onListening?: ((between: Between) => void) | undefined;
  /** Called with the view of each client that connects. */
  readonly onView?: ((view: PeerView) => void) | undefined;
  /** Called with each message that one side has sent, and with the end of each connection. */
  readonly onEntry: (view: PeerView, entry: Entry) => void;
  /** Called when the recording or the listener fails. Open connections continue. */
  readonly onError: (error: Error) => void;
}

/** The totals of a run of the proxy, for the last line of output. */
export interface BetweenSummary {
  readonly connections: number;
  readonly messages: number;
  /** The number of the linter's findings with severity `fault`; `notes` is the number with severity `note`. */
  readonly faults: number;
  readonly notes: number;
}

/**
 * Runs a proxy between two clients until `signal` is aborted. Rejects with NetworkError `net.address-in-use`,
 * `net.denied`, `net.failed`, and with StorageError when the recording cannot be started.
 */
export async function runBetween(options: RunBetweenOptions): Promise<BetweenSummary> {
  const { runtime, signal, record, metainfo, onListening, onView, onEntry, onError } = options;
  const seen = { connections: 0, messages: 0, faults: 0, notes: 0 };
  let now = (): number => 0;
  const tape = record === undefined ? undefined : new Tape({ now: () => now() });
  const between = await Between.open({
    ...options,
    onView: (view) => {
      seen.connections++;
      tape?.attach(view);
      onView?.(view);
      view.timeline.watch((entry) => {
        if (entry.type !== "closed") seen.messages++;
        for (const { severity } of entry.findings) seen[severity === "fault" ? "faults" : "notes"]++;
        onEntry(view, entry);
      });
    },
    onError,
  });
  now = () => between.now();
  let recorder: Recorder | undefined;
  try {
    if (tape !== undefined && record !== undefined) {
      if (metainfo !== undefined) tape.learned(metainfo);
      recorder = await Recorder.open({
        files: runtime.files,
        path: record,
        tape,
        kind: "between",
        startedAt: between.startedAt,
        infoHash: metainfo?.id.hex,
        onError,
      });
    }
    onListening?.(between);
    await whenAborted(signal);
  } finally {
    await between.close();
    await recorder?.close().catch((error: unknown) => onError(toError(error)));
  }
  return seen;
}

/** Formats a message between the two clients as one line that begins with the name of the sender. */
export function betweenLine(view: PeerView, entry: Entry, style: Style): string {
  return entryText(entry, {
    peer: view.number,
    speaker: twoSpeakers(view)[entry.way],
    pieceCount: view.conversation.metainfo?.pieceCount,
    style,
  });
}

/** Returns the first line of output: the address that the proxy listens on, and the target. */
export function betweenGreeting(
  between: Between,
  { listen, target }: Pick<BetweenOptions, "listen" | "target">,
): string {
  return `listening on ${formatEndpoint({ ip: listen.ip ?? "127.0.0.1", port: between.port })}; connections are forwarded to ${target.host}:${target.port}; Ctrl-C stops the proxy`;
}
