import { DEFAULT_PORTS } from "../../../client/index.ts";
import type { Magnet, Metainfo } from "../../../metainfo/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { clean, styleFor } from "../../../terminal/index.ts";
import { ConsoleSession } from "../../session/session.ts";
import { entryText } from "../../view/index.ts";
import { SESSION_NAMES } from "../names/index.ts";
import { introduction } from "../help.ts";
import { historyFile } from "./history.ts";
import { newLinter } from "../new-linter.ts";
import { Notices } from "../text/notices.ts";
import { SessionRecording } from "./recording.ts";
import { sessionScope, type LiveServices } from "../scope.ts";
import { runShell } from "../shell.ts";

/** Options of {@link runConsole}. */
export interface ConsoleOptions {
  readonly runtime: Runtime;
  readonly source: Metainfo | Magnet;
  /** The folder for the torrent's files; `undefined` keeps the pieces in memory. */
  readonly folder: string | undefined;
  /**
   * The session listens from the start on this port; `{ port: undefined }` means the first free default port. With
   * `undefined` instead of an object, the session does not listen.
   */
  readonly accept: { readonly port: number | undefined } | undefined;
  readonly script: string | undefined;
  /** The command-line arguments that are passed to the script. */
  readonly words: readonly string[];
  /** The path of a file to which the session is recorded from its start; `undefined` when it is not recorded. */
  readonly record: string | undefined;
  readonly clientName: string;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

/** Runs a console session: opens it, reads lines or runs a script, and closes it. Resolves to the exit status. */
export async function runConsole(options: ConsoleOptions): Promise<number> {
  const { runtime, source, folder, clientName, signal } = options;
  const session = await ConsoleSession.open({ runtime, source, folder, clientName, linter: newLinter }, signal);
  let notices: Notices | undefined;
  const recording = new SessionRecording(session, runtime.files);
  const live: LiveServices = {
    record: (file, overwrite) => (file === false ? recording.end() : recording.begin(file, overwrite)),
    quiet: (on) => {
      if (notices !== undefined) notices.isQuiet = on;
    },
  };
  try {
    if (options.record !== undefined) await recording.begin(options.record, false);
    if (options.accept !== undefined) {
      const { port } = options.accept;
      await session.accept({ ip: undefined, ports: port === undefined ? DEFAULT_PORTS : { first: port, last: port } });
    }
    return await runShell({
      groups: SESSION_NAMES,
      scope: (services) => sessionScope(session, live, services),
      script: options.script,
      words: options.words,
      prompt: "millrace> ",
      greeting: greeting(session),
      historyFile: await historyFile(),
      isJson: options.isJson,
      introduction,
      isShown: (value) => notices?.isShown(value) === true,
      pieceCount: () => session.content.metainfo?.pieceCount,
      signal,
      close: () => {
        notices?.close();
        return session.close();
      },
      onPrompt: (notify) => {
        const style = styleFor(process.stdout);
        notices = new Notices({
          session,
          print: notify,
          message: (peer, entry) =>
            entryText(entry, { peer: peer.number, pieceCount: session.content.metainfo?.pieceCount }),
          line: ({ level, text }) => (level === "warning" ? style.warn(clean(text)) : style.dim(clean(text))),
        });
      },
    });
  } finally {
    notices?.close();
    try {
      await session.close();
    } finally {
      await recording.end();
    }
  }
}

function greeting(session: ConsoleSession): string {
  const style = styleFor(process.stdout);
  const {
    content: { metainfo },
    infoHash,
    port,
  } = session;
  const what =
    metainfo === undefined
      ? `the torrent ${infoHash.hex}, whose metadata is not known yet`
      : `${clean(metainfo.name)}, ${metainfo.pieceCount} pieces of ${metainfo.pieceLength} bytes`;
  const lines = [`${style.strong("Millrace console")}: ${what}.`];
  if (port !== undefined) lines.push(`Peers can connect to port ${port}.`);
  lines.push(
    "Nothing is sent unless you call a function. help() shows how to download a piece,",
    "available() lists all names; Ctrl-D ends.",
  );
  return lines.join("\n");
}
