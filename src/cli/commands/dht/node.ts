import type { Command } from "commander";
import { formatEndpoint, NetworkError, toHex, type Endpoint } from "../../../base/index.ts";
import { idToBytes, type DhtStats } from "../../../dht/index.ts";
import { count } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_INTERRUPTED } from "../../exit-code.ts";
import { portArgument } from "../../input/arguments.ts";
import { proxyOf } from "../../input/proxy.ts";
import { CommandLineError } from "../../output/problem.ts";
import type { Session } from "../../session.ts";
import { aborted } from "../../wait.ts";
import { closeDht, dhtAction, openDht, type DhtFlags } from "./open-dht.ts";

interface NodeFlags extends DhtFlags {
  /** The port that the user chose. When it is `undefined`, the port is 6881, or any free port if that is in use. */
  readonly port?: number;
}

/** The UDP port of a node for which the user chose none, if it is free. */
const DEFAULT_PORT = 6881;

/** Milliseconds between two lines that print the status. */
const STATUS_MS = 5_000;

/** Defines `millrace dht node`. */
export function nodeCommand(parent: CommandEntry): Command {
  return dhtAction<NodeFlags>(
    parent,
    {
      name: "node",
      summary: "run a node until Ctrl-C",
      hasTimeout: false,
      examples: [
        ["dht node", "on port 6881, or on any free port when it is in use"],
        [
          "MILLRACE_DHT_BOOTSTRAP= millrace dht node --port 7000",
          "the first node of a private DHT, which knows no other node",
        ],
        ["dht node --port 0 --bootstrap 127.0.0.1:7000 --json", "a further node of this private DHT, with JSON output"],
      ],
    },
    run,
    (command) =>
      command.option(
        "--port <number>",
        "the UDP port; 0 is any port (default: 6881, or any free port if that is in use)",
        portArgument("--port"),
      ),
  );
}

async function run(session: Session<NodeFlags>): Promise<number> {
  const { flags, output } = session;
  const { signal } = session.interrupt;
  const open = await openDht(session, { port: flags.port ?? DEFAULT_PORT, readOnly: "auto", quietStartMs: 0 });
  const { dht, sockets } = open;
  const addresses = ([4, 6] as const).flatMap((family): readonly Endpoint[] => {
    const local = sockets.local(family);
    return local === undefined ? [] : [local];
  });
  const status = (): void => {
    const { stats } = dht;
    output.data({ event: "status", ...toJson(stats) });
    output.line(statusLine(stats));
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    requirePort(flags.port, addresses, proxyOf(flags) !== undefined);
    output.data({
      event: "ready",
      port: addresses[0]?.port ?? 0,
      nodes: dht.stats.families.map(({ family, id }) => ({ family, id: toHex(idToBytes(id)) })),
    });
    output.line(`a DHT node runs at ${addresses.map(formatEndpoint).join(" and ")} (UDP); Ctrl-C stops it`);
    timer = setInterval(status, STATUS_MS);
    await aborted(signal);
    status();
  } finally {
    clearInterval(timer);
    await closeDht(open);
  }
  return EXIT_INTERRUPTED;
}

/**
 * Throws CommandLineError behind a proxy that forwards UDP, and NetworkError `net.address-in-use` when a socket has
 * another port than the one that the user chose.
 */
function requirePort(port: number | undefined, addresses: readonly Endpoint[], isProxied: boolean): void {
  if (port === undefined || port === 0 || addresses.every((address) => address.port === port)) return;
  if (isProxied && addresses.every((address) => address.port === 0))
    throw new CommandLineError(
      "--port has no effect: the proxy chooses the UDP port from which it sends; leave it out",
    );
  throw new NetworkError("net.address-in-use", `UDP port ${port} is in use; choose another one with --port`);
}

function toJson({ families, ...stored }: DhtStats): object {
  return {
    families: families.map(({ id, externalIp = null, ...facts }) => ({
      ...facts,
      id: toHex(idToBytes(id)),
      externalIp,
    })),
    ...stored,
  };
}

function statusLine({ families, storedTorrents, storedItems }: DhtStats): string {
  const parts = families.map(
    ({ family, nodes, queries, isReadOnly, externalIp }) =>
      `IPv${family}: ${count(nodes, "node")}, ${count(queries, "query", "queries")}${isReadOnly ? ", read-only" : ""}${externalIp === undefined ? "" : `, seen as ${externalIp}`}`,
  );
  return [...parts, `stored: ${count(storedTorrents, "torrent")}, ${count(storedItems, "item")}`].join("; ");
}
