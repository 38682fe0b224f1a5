import type { Command } from "commander";
import { canonicalIp, fromHex, ipFamily, NetworkError, parseHostPort, type IpFamily } from "../../../base/index.ts";
import { Dht, idFromBytes, type NodeId } from "../../../dht/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { UdpPort } from "../../../transport/index.ts";
import { choiceOption, wholeArgument } from "../../input/arguments.ts";
import { act, newCommand, type CommandEntry, type Example } from "../../command.ts";
import { dhtBootstrap, nodesArgument } from "../../input/dht-bootstrap.ts";
import { CommandLineError } from "../../output/problem.ts";
import type { CommonFlags, Session } from "../../session.ts";

/** Flags that every action of `millrace dht` has. */
export interface DhtFlags extends CommonFlags {
  readonly bootstrap?: readonly string[];
  /** The value of `--timeout` in seconds. */
  readonly timeout: number;
  readonly family: "4" | "6" | "both";
}

/** The opened DHT node of an action, with its sockets. */
export interface OpenDht {
  readonly runtime: Runtime;
  readonly dht: Dht;
  readonly sockets: UdpPort;
}

/** Options of {@link openDht}. */
export interface OpenDhtOptions {
  readonly port?: number;
  /** Default: true. */
  readonly readOnly?: boolean | "auto";
  /** The time, in milliseconds, for which the node is read-only at its start in the mode `"auto"`. */
  readonly quietStartMs?: number;
  /** The nodes to query first. They replace the nodes that the user names. */
  readonly bootstrap?: readonly string[];
}

/** Defines an action of `millrace dht` with the options that all actions have. */
export function dhtAction<Flags extends DhtFlags>(
  parent: CommandEntry,
  own: {
    readonly name: string;
    readonly summary: string;
    readonly examples: readonly Example[];
    /** Whether the action ends after a time-out. Default: true. */
    readonly hasTimeout?: boolean;
    /** Whether the action begins with bootstrap nodes. Default: true. */
    readonly hasBootstrap?: boolean;
  },
  work: (session: Session<Flags>) => Promise<number>,
  define: (command: Command) => Command = (command) => command,
): Command {
  const { name, summary, examples, hasTimeout = true, hasBootstrap = true } = own;
  const entry: CommandEntry = { name, summary, usage: "", events: true, load: parent.load };
  const command = newCommand(entry, `${summary[0]?.toUpperCase() ?? ""}${summary.slice(1)}.`, examples);
  define(command);
  if (hasBootstrap)
    command.option(
      "--bootstrap <host:port>",
      "a DHT node to query first, in place of the default ones; may be repeated (default: MILLRACE_DHT_BOOTSTRAP)",
      nodesArgument("--bootstrap"),
    );
  if (hasTimeout)
    command.option(
      "--timeout <seconds>",
      "the number of seconds after which the command stops",
      wholeArgument("--timeout", 1, 600),
      30,
    );
  command.addOption(choiceOption("--family <family>", "the IP version", ["4", "6", "both"]).default("both"));
  return act<Flags>(command, entry, work);
}

/** Opens a DHT node. The caller closes it with {@link closeDht}. Rejects with NetworkError. */
export async function openDht(session: Session<DhtFlags>, options: OpenDhtOptions = {}): Promise<OpenDht> {
  const { flags } = session;
  const runtime = await session.runtime();
  const sockets = new UdpPort({ runtime, port: () => options.port ?? 0 });
  const families = familiesOf(flags);
  const dht = new Dht({
    runtime,
    sockets,
    families,
    bootstrap: options.bootstrap ?? dhtBootstrap(flags.bootstrap),
    readOnly: options.readOnly ?? true,
    quietStartMs: options.quietStartMs,
  });
  const open = { runtime, dht, sockets };
  try {
    await dht.open();
  } catch (error) {
    await closeDht(open);
    throw error;
  }
  return open;
}

/** Closes the DHT node and its sockets. */
export async function closeDht({ dht, sockets }: OpenDht): Promise<void> {
  await dht.close();
  await sockets.close();
}

/**
 * Runs `work` with a DHT node that knows other nodes. The node is read-only, so that other nodes do not add it to their
 * routing tables (BEP 43). Ctrl-C and the end of `--timeout` abort the signal that `work` gets. Rejects with
 * NetworkError `dht.no-nodes`, or with AbortError on Ctrl-C.
 */
export async function withDht(
  session: Session<DhtFlags>,
  work: (open: OpenDht & { readonly signal: AbortSignal }) => Promise<number>,
): Promise<number> {
  const { flags, interrupt } = session;
  requireBootstrap(flags);
  const timeoutMs = flags.timeout * 1000;
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(timeoutMs)]);
  const open = await openDht(session);
  try {
    const isReady = await open.dht.ready(timeoutMs, signal);
    interrupt.signal.throwIfAborted();
    if (!isReady)
      throw new NetworkError(
        "dht.no-nodes",
        `no DHT node has replied in ${flags.timeout} s; check the network, or name others with --bootstrap HOST:PORT`,
      );
    const status = await work({ ...open, signal });
    interrupt.signal.throwIfAborted();
    return status;
  } finally {
    await closeDht(open);
  }
}

function familiesOf({ family }: DhtFlags): readonly IpFamily[] {
  return family === "both" ? [4, 6] : [family === "4" ? 4 : 6];
}

/**
 * Throws NetworkError `dht.no-nodes` when the user has set the nodes to query first and none of them can be queried:
 * the list is empty, or all its IP addresses are of the other IP version.
 */
function requireBootstrap(flags: DhtFlags): void {
  const named = dhtBootstrap(flags.bootstrap);
  if (named === undefined) return;
  const families = familiesOf(flags);
  const isUsable = named.some((node) => {
    const ip = canonicalIp(parseHostPort(node).host);
    return ip === undefined || families.includes(ipFamily(ip));
  });
  if (isUsable) return;
  const why = named.length === 0 ? "MILLRACE_DHT_BOOTSTRAP is empty" : `${named.join(", ")}: not IPv${flags.family}`;
  throw new NetworkError("dht.no-nodes", `no DHT node to begin with (${why}); name one with --bootstrap HOST:PORT`);
}

/** Parses a target, given as 40 hexadecimal digits. */
export function targetArgument(text: string): NodeId {
  const bytes = fromHex(text);
  if (bytes?.length !== 20)
    throw new CommandLineError(`the target must be 40 hexadecimal digits: got ${JSON.stringify(text.slice(0, 100))}`);
  return idFromBytes(bytes);
}
