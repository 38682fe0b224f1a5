import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { UsageError } from "../../base/index.ts";
import type { Magnet, Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { clean, styleFor } from "../../terminal/index.ts";
import { createLinter } from "../lint/index.ts";
import { ConsoleSession } from "../session/session.ts";
import { entryText } from "../view/index.ts";
import { SESSION_NAMES } from "./names/index.ts";
import { Notices } from "./notices.ts";
import { sessionScope, USUAL_PORTS } from "./scope.ts";
import { runShell } from "./shell.ts";

export interface ConsoleOptions {
  readonly runtime: Runtime;
  readonly source: Metainfo | Magnet;
  /** Where files are kept; `undefined` keeps pieces in memory. */
  readonly folder: string | undefined;
  /** Listen from the start. */
  readonly accept: { readonly port: number | undefined } | undefined;
  readonly script: string | undefined;
  /** Record from the start. */
  readonly record: string | undefined;
  readonly clientName: string;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

/** A whole session: opens it, reads lines or runs a script, closes it. Resolves to the exit status. */
export async function runConsole(options: ConsoleOptions): Promise<number> {
  const { runtime, source, folder, clientName, signal } = options;
  const sha1 = (bytes: Uint8Array): Uint8Array => createHash("sha1").update(bytes).digest();
  const session = await ConsoleSession.open({ runtime, source, folder, clientName, linter: () => createLinter({ sha1 }) }, signal);
  let notices: Notices | undefined;
  const record = (): Promise<void> => Promise.reject(new UsageError("console.record", "not yet"));
  try {
    if (options.record !== undefined) await record();
    if (options.accept !== undefined) {
      const { port } = options.accept;
      await session.accept({ ip: undefined, ports: port === undefined ? USUAL_PORTS : { first: port, last: port } });
    }
    return await runShell({
      groups: SESSION_NAMES,
      scope: (services) => sessionScope(session, services),
      record,
      quiet: (on) => {
        if (notices !== undefined) notices.isQuiet = on;
      },
      script: options.script,
      prompt: "millrace> ",
      greeting: greeting(session),
      historyFile: await historyFile(),
      isJson: options.isJson,
      signal,
      onPrompt: (notify) => {
        const style = styleFor(process.stdout);
        notices = new Notices({
          session,
          print: notify,
          message: (peer, entry) => entryText(entry, { peer: peer.number, pieceCount: session.metainfo?.pieceCount }),
          line: (text) => style.dim(clean(text)),
        });
      },
    });
  } finally {
    notices?.close();
    await session.close();
  }
}

function greeting(session: ConsoleSession): string {
  const style = styleFor(process.stdout);
  const { metainfo, infoHash, port } = session;
  const what = metainfo === undefined ? `the torrent ${infoHash.hex}, whose metadata is not known yet` : `${clean(metainfo.name)}, ${metainfo.pieceCount} pieces of ${metainfo.pieceLength} bytes`;
  const lines = [`${style.strong("Millrace console")}: ${what}.`];
  if (port !== undefined) lines.push(`Peers can connect to port ${port}.`);
  lines.push("Nothing is sent unless you say so. help() shows how to download a piece by hand, available() lists all names; Ctrl-D ends.");
  return lines.join("\n");
}

/** Where lines are kept between sessions; MILLRACE_HISTORY names another file, or none when it is empty. */
async function historyFile(): Promise<string | undefined> {
  const named = process.env["MILLRACE_HISTORY"];
  if (named === "") return undefined;
  const path = named ?? join(envPaths("millrace", { suffix: "" }).log, "console-history");
  try {
    await mkdir(dirname(path), { recursive: true });
    return path;
  } catch {
    return undefined;
  }
}
