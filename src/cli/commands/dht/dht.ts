import { Argument } from "commander";
import type { Command } from "commander";
import { choiceArgument } from "../../input/arguments.ts";
import { newCommand } from "../../command.ts";
import type { CommandEntry } from "../../command.ts";
import { CommandLineError } from "../../output/problem.ts";
import { getCommand } from "./get.ts";
import { lookupCommand } from "./lookup.ts";
import { nodeCommand } from "./node.ts";
import { peersCommand } from "./peers.ts";
import { pingCommand } from "./ping.ts";
import { putCommand } from "./put.ts";
import { sampleCommand } from "./sample.ts";
import { statsCommand } from "./stats.ts";

/** Defines `millrace dht`, with an action for each kind of query. */
export function dhtCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Queries the DHT, or runs a node of it. `millrace dht ACTION --help` explains an action.",
      "The first nodes that it queries are three public ones, or those of --bootstrap or MILLRACE_DHT_BOOTSTRAP. When that variable is empty, it queries none at first, as the first node of a private DHT must.",
    ].join("\n\n"),
    [
      ["dht peers debian.torrent", "print the peers of a torrent as they are found"],
      ["dht node --port 6881", "a node, until Ctrl-C"],
      ["dht put 'hello world'", "store a text and print the target with which it can be fetched"],
    ],
  ).usage("ACTION [ARGS...] [options]");
  for (const define of [
    nodeCommand,
    lookupCommand,
    peersCommand,
    getCommand,
    putCommand,
    sampleCommand,
    statsCommand,
    pingCommand,
  ])
    command.addCommand(define(entry));
  // The shells complete the actions; an unknown one is an error.
  const names = command.commands.map((action) => action.name());
  command.addArgument(new Argument("[action]").choices(names).argParser(choiceArgument("dht", names)));
  return command
    .option("--json", "print events as JSON, one on each line")
    .option("-v, --verbose", "print a detailed log on stderr")
    .action(() => {
      throw new CommandLineError(
        `the action is missing: ${names.join(", ")}; \`millrace dht ACTION --help\` explains one`,
      );
    });
}
