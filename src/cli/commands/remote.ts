import { Argument } from "commander";
import type { Command } from "commander";
import type { Priority, TorrentState } from "../../api/index.ts";
import { choiceArgument, choiceOption, peersArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry, Example } from "../command.ts";
import { CommandLineError } from "../output/problem.ts";
import { numberOrNone, rateOrNone } from "../remote/assignments.ts";
import { add, label, limit, move, priority, remove, rename, simple } from "../remote/write-actions.ts";
import { addPeers, addTrackers, discovery } from "../remote/peer-sources.ts";
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

const ONE = "its id, the beginning of its id, or its exact name";
const MANY = "ids, beginnings of ids, or exact names";

/** Defines `millrace remote`. */
export function remoteCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Controls a running daemon on this or another machine. `millrace remote ACTION --help` explains an action.",
      "The daemon's URL is given by --url or MILLRACE_URL (default: http://127.0.0.1:9191), the token by MILLRACE_TOKEN or the file of --token-file. A torrent is given by its id, by the beginning of its id when no other id begins so, or by its exact name.",
    ].join("\n\n"),
    [
      ["remote add debian.torrent --label linux", "add a torrent file from this machine to the daemon"],
      ["remote list --state downloading", "list the torrents that are downloading"],
      ["remote pause 6f5d1b0f", "pause one torrent; --all pauses all"],
      ["remote settings maxUploadRate=1MiB", "limit the upload rate of all torrents together"],
      ["remote watch --json", "print events as they happen, for a program"],
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
    .option("--url <url>", "the daemon's URL (default: MILLRACE_URL, or http://127.0.0.1:9191)")
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

  action("list", "list torrents", ["list --search debian", "torrents whose names contain a word"], list, (command) =>
    command
      .addOption(choiceOption("--state <state>", "only torrents in this state", STATES))
      .option("--label <label>", "only torrents with this label")
      .option("--search <text>", "only torrents whose names contain these words"),
  );
  action(
    "show",
    "show all information about a torrent",
    ["show 6f5d1b0f", "the torrent is given by the beginning of its id"],
    show,
    one,
  );
  action("files", "list the files of a torrent", ["files films", "the torrent is given by its name"], files, one);
  action(
    "peers",
    "list the connected peers of a torrent",
    ["peers 6f5d1b0f", "list the peers with their rates"],
    peers,
    one,
  );
  action(
    "trackers",
    "list the trackers of a torrent",
    ["trackers 6f5d1b0f", "list the trackers with their state"],
    trackers,
    one,
  );
  action(
    "add",
    "add torrents: files on this machine, magnet links or URLs",
    ["add *.torrent --label linux --paused", "add torrent files without starting them"],
    add,
    (command) =>
      command
        .argument("<source...>", "torrent files, http(s) URLs of torrent files, or magnet links")
        .option(
          "--dir <folder>",
          "the folder for the data, on the daemon's machine (default: the label's folder, or the daemon's folder for downloads)",
        )
        .option("--label <label>", "the label; several are separated by commas")
        .option("--paused", "do not start the torrent")
        .option("--sequential", "download pieces in order")
        .option("--peer <host:port>", "a peer to connect to; may be repeated", peersArgument("--peer"))
        .option("--no-dht", "do not use the DHT for the torrent")
        .option("--no-pex", "do not exchange addresses of peers with other peers for the torrent")
        .option("--no-lsd", "do not announce or search the torrent in the local network"),
  );
  action(
    "add-peers",
    "add peers for a torrent to connect to",
    ["add-peers films 203.0.113.7:6881", "add a peer that no tracker has returned"],
    addPeers,
    (command) => one(command).argument("<host:port...>", "peers", peersArgument("add-peers")),
  );
  action(
    "add-trackers",
    "add trackers to a torrent, after the existing ones",
    ["add-trackers films udp://tracker.example:6969", "add a tracker in a tier of its own"],
    addTrackers,
    (command) => one(command).argument("<url...>", "announce URLs"),
  );
  action("start", "start torrents", ["start --all", "start every torrent"], simple("start", "started"), many);
  action(
    "pause",
    "pause torrents",
    ["pause 6f5d1b0f films", "one torrent is given by its id, the other by its name"],
    simple("pause", "paused"),
    many,
  );
  action(
    "recheck",
    "check the data of torrents on the disk again",
    ["recheck films", "damaged pieces are then downloaded again"],
    simple("recheck", "checking"),
    many,
  );
  action(
    "reannounce",
    "announce torrents to their trackers now, to get peers",
    ["reannounce --all", "announce all torrents, for example after a change of the network"],
    simple("reannounce", "announcing"),
    many,
  );
  action(
    "remove",
    "remove torrents from the daemon; their data stays on the disk",
    ["remove films --data", "remove a torrent and delete its data"],
    remove,
    (command) => many(command).option("--data", "also delete the data of the torrents"),
  );
  action(
    "label",
    "set the labels of torrents, separated by commas; an empty text removes them",
    ["label linux,iso 6f5d1b0f", "set two labels; the first is the torrent's category"],
    label,
    (command) => many(command.argument("<label>", "the label, or several labels separated by commas")),
  );
  action(
    "move",
    "move the data of torrents to another folder on the daemon's machine",
    ["move /srv/films 6f5d1b0f", "move the data of a torrent, whatever its folder is now"],
    move,
    (command) =>
      many(
        command.argument(
          "<folder>",
          "a folder on the daemon's machine; a relative path is relative to the daemon's folder for downloads",
        ),
      ),
  );
  action(
    "rename",
    "rename a torrent's file or folder on the daemon's disk",
    ["rename 6f5d1b0f 'My film'", "rename a torrent's file or folder; it stays in its folder"],
    rename,
    (command) => one(command).argument("<name>", "the new name, which no other file in that folder may have"),
  );
  action(
    "limit",
    "limit torrents; `none` removes a limit",
    ["limit 6f5d1b0f --down 1MiB --ratio 2", "limit the download rate, and stop seeding at a ratio of 2"],
    limit,
    (command) =>
      many(command)
        .option("--down <rate>", "the maximum download rate in bytes a second: 512KiB, 1MB, none", rateOrNone("--down"))
        .option("--up <rate>", "the maximum upload rate in bytes a second", rateOrNone("--up"))
        .option(
          "--ratio <number>",
          "the ratio at which seeding stops; none: the daemon's setting applies",
          numberOrNone("--ratio"),
        ),
  );
  action(
    "discovery",
    "show which ways to find peers a torrent may use, or change that",
    ["discovery films --no-dht --lsd", "end the announces in the DHT, and search the local network"],
    discovery,
    (command) =>
      one(command)
        .option("--dht", "use the DHT, when the daemon does")
        .option("--no-dht", "do not use the DHT")
        .option("--pex", "exchange addresses of peers with other peers, when the daemon does")
        .option("--no-pex", "do not exchange addresses of peers")
        .option("--lsd", "use the local network, when the daemon does")
        .option("--no-lsd", "do not announce or search in the local network"),
  );
  action(
    "priority",
    "set the priority of files of a torrent",
    ["priority films '*.txt' 3 --to skip", "files are given by a glob and by a number"],
    priority,
    (command) =>
      one(command)
        .argument("<file...>", "numbers as `remote files` prints them, paths, or globs")
        .addOption(choiceOption("--to <priority>", "the new priority", PRIORITIES).makeOptionMandatory()),
  );
  action(
    "settings",
    "show the daemon's settings, or change some",
    ["settings maxDownloadRate=5MiB seedRatio=none", "rates have a unit; none means no limit"],
    settings,
    (command) =>
      command.argument("[key=value...]", "the settings to change; KEY alone shows one, no argument shows all"),
  );
  action("stats", "show the daemon's statistics", ["stats --json | jq .downRate", "print a single value"], stats);
  action(
    "dht",
    "show the state of the daemon's DHT nodes",
    ["dht", "show nodes, queries, and the daemon's address as other nodes see it"],
    dht,
  );
  action(
    "lsd",
    "show the state of the daemon's search for peers in the local network",
    ["lsd", "show interfaces, messages, and the number of peers found"],
    lsd,
  );
  action("log", "print the last lines of the daemon's log", ["log | tail", "print only the end of the log"], log);
  action(
    "watch",
    "print events of the daemon as they happen, until Ctrl-C",
    ["watch", "print the events as text"],
    watch,
  );
}
