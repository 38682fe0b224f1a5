import type { Command } from "commander";
import { toHex } from "../../../base/index.ts";
import { idToBytes, sharedBits } from "../../../dht/index.ts";
import { count, table } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../../exit-code.ts";
import type { Session } from "../../session.ts";
import { dhtAction, targetArgument, withDht, type DhtFlags } from "./open-dht.ts";

/** Defines `millrace dht lookup`. */
export function lookupCommand(parent: CommandEntry): Command {
  return dhtAction<DhtFlags>(
    parent,
    {
      name: "lookup",
      summary: "find the nodes closest to a target",
      examples: [
        ["dht lookup 0123456789abcdef0123456789abcdef01234567", "print the eight closest nodes of each IP version"],
      ],
    },
    run,
    (command) => command.argument("<target>", "40 hexadecimal digits"),
  );
}

async function run(session: Session<DhtFlags>): Promise<number> {
  const { args, output } = session;
  const target = targetArgument(args[0] ?? "");
  return withDht(session, async ({ dht, signal }) => {
    const results = [...(await dht.lookup(target, signal))];
    const nodes = results.flatMap(([family, { closest }]) =>
      closest.map(({ id, endpoint }) => ({
        family,
        id: toHex(idToBytes(id)),
        ip: endpoint.ip,
        port: endpoint.port,
        sharedBits: sharedBits(id, target),
      })),
    );
    for (const node of nodes) output.data({ event: "node", ...node });
    const rows = nodes.map(({ id, ip, port, sharedBits }) => [id, ip, String(port), String(sharedBits)]);
    const right = (title: string) => ({ title, align: "right" as const });
    if (rows.length > 0)
      for (const line of table([{ title: "id" }, { title: "address" }, right("port"), right("shared bits")], rows))
        output.line(line);
    for (const [family, { queries, replies, rounds, durationMs }] of results) {
      output.data({ event: "done", family, queries, replies, rounds, durationMs: Math.round(durationMs) });
      if (queries > 0)
        output.note(
          `IPv${family}: ${count(queries, "query", "queries")}, ${count(replies, "reply", "replies")}, ${count(rounds, "round")}, ${Math.round(durationMs)} ms`,
        );
    }
    return nodes.length > 0 ? EXIT_DONE : EXIT_FAILED;
  });
}
