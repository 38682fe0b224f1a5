import type { Command } from "commander";
import { parseHostPort, VERSION } from "../../base/index.ts";
import { count } from "../../terminal/index.ts";
import { wholeArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { CommandLineError, parseArgument, toProblem } from "../output/problem.ts";
import type { CommonFlags, Session } from "../session.ts";
import { readSource } from "../input/torrent-file.ts";

interface ConsoleFlags extends CommonFlags {
  readonly store?: boolean;
  readonly path?: string;
  readonly accept?: boolean;
  readonly port?: number;
  readonly script?: string;
  readonly record?: string;
  readonly replay?: string;
  readonly between?: number;
  readonly encrypted?: boolean;
}

/** Defines `millrace console`. */
export function consoleCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Opens a console in which you exchange single messages with peers. Nothing is sent unless you call a function. It reads JavaScript with top-level await; help() shows how to download a piece, available() lists all names.",
      "With --script it runs a file (- is standard input) with the same names and ends: status 0 at its end, 1 when it throws.",
      "With --between it is a proxy between two clients and shows their messages; with --replay it steps through a recorded session.",
    ].join("\n\n"),
    [
      ["console debian.torrent", "exchange messages with peers; pieces are stored in memory"],
      ["console debian.torrent --store --path downloads --accept", "store pieces in files, and accept connections"],
      [
        "console debian.torrent --script probe.js 127.0.0.1:6881",
        "run a script; the arguments after the torrent are in its list args",
      ],
      [
        "console --between 7000 127.0.0.1:6881 debian.torrent",
        "show the messages between a client that connects to port 7000 and the client at port 6881",
      ],
      ["console --replay session.jsonl", "step through a recorded session"],
    ],
  )
    .argument("[torrent|magnet]", "a torrent file or magnet link; with --between HOST:PORT comes first")
    .argument(
      "[more...]",
      "with --between: the torrent, so that pieces can be checked; with --script: arguments of the script, in its list args",
    )
    .option("-s, --store", "store pieces in files; existing files are checked")
    .option("-p, --path <folder>", "the folder for these files (default: the current folder)")
    .option("-a, --accept", "listen, so that peers can connect")
    .option(
      "--port <number>",
      "the port to listen on; 0 is any free port (default: the first free one from 6881 to 6889)",
      wholeArgument("--port", 0, 65_535),
    )
    .option("--script <file>", "run a script instead of reading lines; - is standard input")
    .option("--record <file>", "record the session")
    .option("--replay <file>", "step through a recorded session")
    .option(
      "--encrypted",
      "with --between: forward encrypted connections, whose messages cannot be shown (default: decrypt them when the torrent is given; else refuse them, so that clients connect again without encryption)",
    )
    .option(
      "--between <port>",
      "listen on a port, and forward each connection to HOST:PORT",
      wholeArgument("--between", 0, 65_535),
    );
  return act<ConsoleFlags>(command, entry, run);
}

async function run(session: Session<ConsoleFlags>): Promise<number> {
  const { flags } = session;
  refuseMixed(flags);
  if (flags.replay !== undefined) return replay(session, flags.replay);
  if (flags.between !== undefined) return between(session, flags.between);
  const [source, ...words] = session.args;
  if (source === undefined)
    throw new CommandLineError(
      "a torrent file or a magnet link is missing: `millrace console TORRENT`; see `millrace console --help`",
    );
  if (words[0] !== undefined && flags.script === undefined)
    throw new CommandLineError(`only one torrent can be given: the argument ${JSON.stringify(words[0])} is too many`);
  const runtime = await session.runtime();
  const torrent = await readSource(runtime, source);
  const { runConsole } = await import("../../console/index.ts");
  return runConsole({
    runtime,
    source: torrent.kind === "torrent" ? torrent.metainfo : torrent.magnet,
    folder: flags.store === true ? (flags.path ?? ".") : undefined,
    accept: flags.accept === true ? { port: flags.port } : undefined,
    script: flags.script,
    words,
    record: flags.record,
    clientName: `Millrace/${VERSION}`,
    isJson: flags.json === true,
    signal: signalOf(session),
  });
}

/** Throws when options are combined that belong to different modes of the command. */
function refuseMixed(flags: ConsoleFlags): void {
  if (flags.replay !== undefined && flags.between !== undefined)
    throw new CommandLineError("--replay and --between cannot be used together");
  const other = flags.replay !== undefined ? "--replay" : flags.between !== undefined ? "--between" : undefined;
  const live: readonly (readonly [string, unknown])[] = [
    ["--store", flags.store],
    ["--path", flags.path],
    ["--accept", flags.accept],
    ["--port", flags.port],
    ...(other === "--replay" ? [["--record", flags.record] as const] : [["--script", flags.script] as const]),
  ];
  const mixed = other === undefined ? undefined : live.find(([, value]) => value !== undefined)?.[0];
  if (other !== undefined && mixed !== undefined) throw new CommandLineError(`${mixed} cannot be used with ${other}`);
  if (flags.encrypted !== undefined && flags.between === undefined)
    throw new CommandLineError("--encrypted requires --between");
  if (flags.path !== undefined && flags.store !== true) throw new CommandLineError("--path requires --store");
  if (flags.port !== undefined && flags.accept !== true) throw new CommandLineError("--port requires --accept");
}

/**
 * Returns the signal that stops the console session. With a prompt, Ctrl-C does not abort this signal: it only
 * interrupts the console command that is being executed.
 */
function signalOf({ flags, interrupt }: Session<ConsoleFlags>): AbortSignal {
  return flags.script === undefined && process.stdin.isTTY && process.stdout.isTTY
    ? interrupt.signalWithout("SIGINT")
    : interrupt.signal;
}

async function replay(session: Session<ConsoleFlags>, path: string): Promise<number> {
  const { flags, args } = session;
  if (args.length > 0 && flags.script === undefined)
    throw new CommandLineError("--replay takes no torrent: the recording contains it");
  const { runReplay } = await import("../../console/index.ts");
  return runReplay({
    runtime: await session.runtime(),
    path,
    script: flags.script,
    words: args,
    isJson: flags.json === true,
    signal: signalOf(session),
  });
}

async function between(session: Session<ConsoleFlags>, port: number): Promise<number> {
  const { flags, args, output } = session;
  const [address, source, ...more] = args;
  if (more[0] !== undefined)
    throw new CommandLineError(
      `--between: only one torrent can be given: the argument ${JSON.stringify(more[0])} is too many`,
    );
  if (address === undefined)
    throw new CommandLineError("--between: the target is missing; write --between PORT HOST:PORT");
  const target = parseArgument("--between", () => parseHostPort(address));
  if (target.port === 0)
    throw new CommandLineError(
      `--between: a peer has a port from 1 to 65535: ${JSON.stringify(address.slice(0, 100))}`,
    );
  const runtime = await session.runtime();
  const torrent = source === undefined ? undefined : await readSource(runtime, source);
  const { betweenGreeting, betweenLine, entryJson, newLinter, runBetween } = await import("../../console/index.ts");
  const options = {
    listen: { port },
    target,
    metainfo: torrent?.kind === "torrent" ? torrent.metainfo : undefined,
    infoHash: torrent?.kind === "magnet" ? (torrent.magnet.infoHash ?? torrent.magnet.infoHashV2)?.wire : undefined,
    passEncrypted: flags.encrypted,
  };
  const summary = await runBetween({
    ...options,
    runtime,
    linter: newLinter,
    record: flags.record,
    signal: session.interrupt.signal,
    onListening: (proxy) => {
      output.data({ event: "listening", port: proxy.port });
      output.line(betweenGreeting(proxy, options));
    },
    onEntry: (view, entry) => {
      output.data({ event: "message", connection: view.number, ...entryJson(entry) });
      output.line(betweenLine(view, entry, output.style));
    },
    onError: (error) => output.problem(toProblem(error)),
  });
  output.data({ event: "summary", ...summary });
  output.line(
    `${count(summary.connections, "connection")}, ${count(summary.messages, "message")}; violations of a rule: ${summary.faults}, unusual messages: ${summary.notes}`,
  );
  return EXIT_DONE;
}
