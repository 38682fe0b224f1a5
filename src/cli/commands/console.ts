import type { Command } from "commander";
import { wholeArgument } from "../arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { CommandLineError } from "../problem.ts";
import type { CommonFlags, Session } from "../session.ts";
import { readSource } from "../torrent-file.ts";
import { version } from "../version.ts";

interface ConsoleFlags extends CommonFlags {
  readonly store?: boolean;
  readonly path?: string;
  readonly accept?: boolean;
  readonly port?: number;
  readonly script?: string;
  readonly record?: string;
  readonly replay?: string;
  readonly between?: number;
}

export function consoleCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Opens a console in which you talk to peers by hand, message by message; nothing is sent unless you say so. It reads JavaScript with top-level await: help() in it shows how a piece is downloaded by hand, available() lists all names.",
      "With --script it runs a file (- is standard input) with the same names and ends: status 0 at its end, 1 when it throws.",
      "With --between it stands between two real clients and shows what they say; with --replay it steps through a recorded session.",
    ].join("\n\n"),
    [
      ["console debian.torrent", "talk to peers; pieces are kept in memory"],
      ["console debian.torrent --store --path downloads --accept", "keep pieces in files, and take connections"],
      ["console debian.torrent --script probe.js", "run a script"],
      ["console --between 7000 127.0.0.1:6881 debian.torrent", "show what a client that connects to port 7000 says to the one at 6881"],
      ["console --replay session.jsonl", "step through a recorded session"],
    ],
  )
    .argument("[torrent|magnet]", "a torrent file or magnet link; with --between HOST:PORT comes first")
    .argument("[more]", "with --between: the torrent, so that pieces can be checked")
    .option("-s, --store", "keep pieces in files; what is there already is checked")
    .option("-p, --path <folder>", "where files are kept (default: the current folder)")
    .option("-a, --accept", "listen, so that peers can connect")
    .option("--port <number>", "the port to listen on; 0 is any (default: the first free one of 6881 to 6889)", wholeArgument("--port", 0, 65_535))
    .option("--script <file>", "run a script instead of reading lines; - is standard input")
    .option("--record <file>", "record the session")
    .option("--replay <file>", "step through a recorded session")
    .option("--between <port>", "listen on a port, and pass everything on to HOST:PORT", wholeArgument("--between", 0, 65_535));
  return act<ConsoleFlags>(command, entry, run);
}

async function run(session: Session<ConsoleFlags>): Promise<number> {
  const { flags } = session;
  const [source, more] = session.args;
  if (source === undefined) throw new CommandLineError("which torrent? `millrace console TORRENT`, or a magnet link; `millrace console --help` tells more");
  if (more !== undefined) throw new CommandLineError(`one torrent is enough: ${JSON.stringify(more)} is too many`);
  if (flags.path !== undefined && flags.store !== true) throw new CommandLineError("--path says where --store keeps files; add --store");
  if (flags.port !== undefined && flags.accept !== true) throw new CommandLineError("--port says where --accept listens; add --accept");
  const runtime = await session.runtime();
  const torrent = await readSource(runtime, source);
  const { runConsole } = await import("../../console/index.ts");
  return runConsole({
    runtime,
    source: torrent.kind === "torrent" ? torrent.metainfo : torrent.magnet,
    folder: flags.store === true ? (flags.path ?? ".") : undefined,
    accept: flags.accept === true ? { port: flags.port } : undefined,
    script: flags.script,
    record: flags.record,
    clientName: `Millrace/${version()}`,
    isJson: flags.json === true,
    // Ctrl-C interrupts what a line waits for, not the session, while a person types.
    signal: flags.script === undefined && process.stdin.isTTY ? session.interrupt.signalWithout("SIGINT") : session.interrupt.signal,
  });
}
