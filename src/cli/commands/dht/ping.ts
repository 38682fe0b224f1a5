import type { Command } from "commander";
import { formatEndpoint, isDialable, NetworkError, parseHostPort, toHex } from "../../../base/index.ts";
import { idToBytes } from "../../../dht/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE } from "../../exit-code.ts";
import { CommandLineError, parseArgument } from "../../output/problem.ts";
import type { Session } from "../../session.ts";
import { closeDht, dhtAction, openDht, type DhtFlags } from "./open-dht.ts";

/** Defines `millrace dht ping`. */
export function pingCommand(parent: CommandEntry): Command {
  return dhtAction<DhtFlags>(
    parent,
    {
      name: "ping",
      summary: "ping a node and print its id",
      hasBootstrap: false,
      examples: [["dht ping 127.0.0.1:6881", "print the node's id and the round-trip time"]],
    },
    run,
    (command) => command.argument("<host:port>", "the node"),
  );
}

async function run(session: Session<DhtFlags>): Promise<number> {
  const { args, flags, output, interrupt } = session;
  const text = args[0] ?? "";
  const { host, port } = parseArgument("ping", () => parseHostPort(text));
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(flags.timeout * 1000)]);
  const runtime = await session.runtime();
  const ips = await runtime.net.resolve(host, signal, { isStoppable: true, isForDatagrams: true });
  const endpoint = ips
    .map((ip) => ({ ip, port }))
    .find((each) => isDialable(each) && (flags.family === "both" || each.ip.includes(":") === (flags.family === "6")));
  if (endpoint === undefined)
    throw new CommandLineError(`ping: must be the address of a node: got ${JSON.stringify(text.slice(0, 100))}`);
  // No other node is asked.
  const open = await openDht(session, { bootstrap: [] });
  try {
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const pong = await Promise.race([open.dht.ping(endpoint), stopped]);
    interrupt.signal.throwIfAborted();
    if (pong === undefined) throw new NetworkError("dht.no-reply", `${formatEndpoint(endpoint)} has not replied`);
    const id = toHex(idToBytes(pong.id));
    const roundTripMs = Math.round(pong.roundTripMs * 10) / 10;
    output.data({ event: "pong", ...endpoint, id, roundTripMs });
    output.line(`${formatEndpoint(endpoint)} is ${id}, ${roundTripMs} ms`);
    return EXIT_DONE;
  } finally {
    await closeDht(open);
  }
}
