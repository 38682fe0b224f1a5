import type { Command } from "commander";
import { toHex } from "../../../base/index.ts";
import { idToBytes } from "../../../dht/index.ts";
import { count } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE } from "../../exit-code.ts";
import type { Session } from "../../session.ts";
import { dhtAction, targetArgument, withDht, type DhtFlags } from "./open-dht.ts";

/** Defines `millrace dht sample`. */
export function sampleCommand(parent: CommandEntry): Command {
  return dhtAction<DhtFlags>(
    parent,
    {
      name: "sample",
      summary: "list info-hashes that nodes have stored (BEP 51)",
      examples: [["dht sample", "list info-hashes from nodes on the way to a random target"]],
    },
    run,
    (command) => command.argument("[target]", "40 hexadecimal digits (default: random)"),
  );
}

async function run(session: Session<DhtFlags>): Promise<number> {
  const { args, output } = session;
  const target = args[0] === undefined ? undefined : targetArgument(args[0]);
  return withDht(session, async ({ dht, signal }) => {
    const samples = (await dht.sample(target, signal)).map((id) => toHex(idToBytes(id)));
    for (const infoHash of samples) {
      output.data({ event: "sample", infoHash });
      output.line(infoHash);
    }
    output.data({ event: "done", samples: samples.length });
    output.note(samples.length === 0 ? "no node has sent samples" : count(samples.length, "info-hash", "info-hashes"));
    return EXIT_DONE;
  });
}
