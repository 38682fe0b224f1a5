import { Argument } from "commander";
import type { Command } from "commander";
import type { Priority, TorrentState } from "../../api/index.ts";
import { choiceArgument, choiceOption, peersArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry, Example } from "../command.ts";
import { CommandLineError } from "../output/problem.ts";
import { numberOrNone, rateOrNone } from "../remote/assignments.ts";
import { add, label, limit, move, priority, remove, rename, simple } from "../remote/write-actions.ts";
import { addPeers, addTrackers } from "../remote/peer-sources.ts";
import { withDaemon } from "../remote/connection.ts";
import type { Remote, RemoteFlags } from "../remote/connection.ts";
import { dht, files, list, log, lsd, peers, settings, show, stats, trackers, watch } from "../remote/read-actions.ts";

const STATES = [
  "queued",
  "fetching-metadata",
  "checking",
  "downloading",
  "seeding",
  "paused",
  "disk-full",
  "failed",
  "stopping",
] as const satisfies readonly TorrentState[];
const PRIORITIES = ["skip", "low", "normal", "high"] as const satisfies readonly Priority[];

const ONE = "its id, the beginning of it, or its exact name";
const MANY = "ids, beginnings of them, or exact names";

/** Defines `millrace remote`. */
export function remoteCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Drives a daemon that runs, here or elsewhere. `millrace remote ACTION --help` explains an action.",
      "The daemon is the one at --url or MILLRACE_URL (default: http://127.0.0.1:9191). The token is in MILLRACE_TOKEN or in the file of --token-file. A torrent is named by its id, as much of it as only it has, or by its exact name.",
    ].join("\n\n"),
    [
      ["remote add debian.torrent --label linux", "give it a torrent file of this machine"],
      ["remote list --state downloading", "what goes on"],
      ["remote pause 6f5d1b0f", "one torrent; --all for all"],
      ["remote settings maxUploadRate=1MiB", "a limit for everything"],
      ["remote watch --json", "events as they come, for a program"],
    ],
  ).usage("ACTION [ARGS...] [options]");
  actionsOf(command, entry);
  // The shells complete the actions; an unknown one is an error.
  const names = command.commands.map((action) => action.name());
  command.addArgument(new Argument("[action]").choices(names).argParser(choiceArgument("remote", names)));
  return withCommon(command)
    .option("--json", "print the result as JSON")
    .option("-v, --verbose", "print the requests to the daemon on stderr")
    .action(() => {
      throw new CommandLineError(`the action is missing: ${names.join(", ")}; see \`millrace remote --help\``);
    });
}

/** Adds the options that select the daemon. They are accepted both before and after the action. */
function withCommon(command: Command): Command {
  return command
    .option("--url <url>", "where the daemon is (default: MILLRACE_URL, or http://127.0.0.1:9191)")
    .option("--token-file <file>", "a file with the token (default: MILLRACE_TOKEN)");
}

function actionsOf(parent: Command, entry: CommandEntry): void {
  /** Adds an action with the arguments and options that `define` declares. */
  const action = <Flags extends RemoteFlags = RemoteFlags>(
    name: string,
    summary: string,
    example: Example,
    work: (remote: Remote<Flags>) => Promise<number>,
    define: (command: Command) => Command = (command) => command,
  ): void => {
    const own: CommandEntry = { name, summary, usage: "", events: name === "watch", load: entry.load };
    const command = newCommand(own, `${summary[0]?.toUpperCase() ?? ""}${summary.slice(1)}.`, [
      [`remote ${example[0]}`, example[1]],
    ]);
    parent.addCommand(act<Flags>(withCommon(define(command)), own, (session) => withDaemon(session, work)));
  };
  const one = (command: Command): Command => command.argument("<id>", ONE);
  const many = (command: Command): Command => command.argument("[id...]", MANY).option("--all", "all torrents");

  action("list", "list torrents", ["list --search debian", "those whose names have a word"], list, (command) =>
    command
      .addOption(choiceOption("--state <state>", "only those in this state", STATES))
      .option("--label <label>", "only those with this label")
      .option("--search <text>", "only those whose names have these words"),
  );
  action("show", "show everything about a torrent", ["show 6f5d1b0f", "by the beginning of its id"], show, one);
  action("files", "list the files of a torrent", ["files films", "by the torrent's name"], files, one);
  action(
    "peers",
    "list the peers that a torrent is connected to",
    ["peers 6f5d1b0f", "the peers, with their rates"],
    peers,
    one,
  );
  action(
    "trackers",
    "list the trackers of a torrent",
    ["trackers 6f5d1b0f", "trackers and their state"],
    trackers,
    one,
  );
  action(
    "add",
    "add torrent files of this machine, magnet links and addresses",
    ["add *.torrent --label linux --paused", "files, to be looked at first"],
    add,
    (command) =>
      command
        .argument("<source...>", "torrent files, http(s) addresses of some, magnet links")
        .option(
          "--dir <folder>",
          "where the data goes, on the daemon's machine (default: the label's folder, or the daemon's)",
        )
        .option("--label <label>", "the label to give it; several with commas")
        .option("--paused", "do not start it")
        .option("--sequential", "take pieces in order")
        .option("--peer <host:port>", "a peer to try; may be repeated", peersArgument("--peer")),
  );
  action(
    "add-peers",
    "give a torrent peers to connect to",
    ["add-peers films 203.0.113.7:6881", "a peer that no tracker knows"],
    addPeers,
    (command) => one(command).argument("<host:port...>", "peers", peersArgument("add-peers")),
  );
  action(
    "add-trackers",
    "give a torrent trackers, behind the ones that it has",
    ["add-trackers films udp://tracker.example:6969", "a tier of its own"],
    addTrackers,
    (command) => one(command).argument("<url...>", "announce URLs"),
  );
  action("start", "start torrents", ["start --all", "everything"], simple("start", "started"), many);
  action("pause", "pause torrents", ["pause 6f5d1b0f films", "by id, and by name"], simple("pause", "paused"), many);
  action(
    "recheck",
    "read the data of torrents again and check it",
    ["recheck films", "what has been damaged is fetched again"],
    simple("recheck", "checking"),
    many,
  );
  action(
    "reannounce",
    "ask the trackers of torrents for peers, now",
    ["reannounce --all", "after the network has changed"],
    simple("reannounce", "announcing"),
    many,
  );
  action(
    "remove",
    "forget torrents; their data stays",
    ["remove films --data", "with all that was downloaded"],
    remove,
    (command) => many(command).option("--data", "delete their data, too"),
  );
  action(
    "label",
    "set the labels of torrents, separated by commas; an empty text removes them",
    ["label linux,iso 6f5d1b0f", "two labels, of which the first is its category"],
    label,
    (command) => many(command.argument("<label>", "the label, or labels with commas")),
  );
  action(
    "move",
    "move the data of torrents to another folder of the daemon's machine",
    ["move /srv/films 6f5d1b0f", "wherever it is"],
    move,
    (command) =>
      many(command.argument("<folder>", "a folder there; one that does not begin at the root is below the daemon's")),
  );
  action(
    "rename",
    "rename a torrent's file or folder on the daemon's disk",
    ["rename 6f5d1b0f 'My film'", "where the data is, with another name"],
    rename,
    (command) => one(command).argument("<name>", "the new name; nothing there may have it"),
  );
  action(
    "limit",
    "limit torrents; `none` removes a limit",
    ["limit 6f5d1b0f --down 1MiB --ratio 2", "a rate, and when seeding ends"],
    limit,
    (command) =>
      many(command)
        .option("--down <rate>", "bytes a second to download at most: 512KiB, 1MB, none", rateOrNone("--down"))
        .option("--up <rate>", "bytes a second to upload at most", rateOrNone("--up"))
        .option("--ratio <number>", "seeding ends at this ratio; none: the daemon's setting", numberOrNone("--ratio")),
  );
  action(
    "priority",
    "set the priority of files of a torrent",
    ["priority films '*.txt' 3 --to skip", "by glob, and by number"],
    priority,
    (command) =>
      one(command)
        .argument("<file...>", "numbers as `files` has them, paths, or globs")
        .addOption(choiceOption("--to <priority>", "what they get", PRIORITIES).makeOptionMandatory()),
  );
  action(
    "settings",
    "show the daemon's settings, or change some",
    ["settings maxDownloadRate=5MiB seedRatio=none", "rates with their unit; none: no limit"],
    settings,
    (command) => command.argument("[key=value...]", "what to change; without it all are shown"),
  );
  action("stats", "show the daemon's figures", ["stats --json | jq .downRate", "one of them"], stats);
  action("dht", "show the daemon's part in the DHT", ["dht", "nodes, queries, and its address as nodes see it"], dht);
  action(
    "lsd",
    "show the daemon's search for peers in the local network",
    ["lsd", "interfaces, messages, peers found"],
    lsd,
  );
  action("log", "print the daemon's log, as much as it remembers", ["log | tail", "the end of it"], log);
  action("watch", "print what happens as it happens, until Ctrl-C", ["watch", "in words"], watch);
}
