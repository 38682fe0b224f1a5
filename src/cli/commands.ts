import type { CommandEntry } from "./command.ts";

/**
 * All commands, in the order in which help lists them. The module of a command is loaded only when the command is used,
 * so that start-up is fast.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "download",
    alias: "get",
    summary: "download torrents, given as files, URLs, magnet links or info-hashes",
    usage: "SOURCE...",
    events: true,
    load: async () => (await import("./commands/download.ts")).downloadCommand,
  },
  {
    name: "seed",
    summary: "share data that is already on disk",
    usage: "TORRENT...",
    events: true,
    load: async () => (await import("./commands/seed.ts")).seedCommand,
  },
  {
    name: "create",
    summary: "make a torrent file for a file or folder",
    usage: "PATH",
    events: false,
    load: async () => (await import("./commands/create.ts")).createCommand,
  },
  {
    name: "edit",
    summary: "change trackers, comment or web seeds of a torrent file",
    usage: "FILE",
    events: false,
    load: async () => (await import("./commands/edit.ts")).editCommand,
  },
  {
    name: "info",
    summary: "show the contents of torrent files and magnet links",
    usage: "FILE|MAGNET...",
    events: false,
    load: async () => (await import("./commands/info.ts")).infoCommand,
  },
  {
    name: "verify",
    summary: "check data on disk against a torrent",
    usage: "TORRENT",
    events: false,
    load: async () => (await import("./commands/verify.ts")).verifyCommand,
  },
  {
    name: "magnet",
    summary: "print the magnet link of a torrent file, or the contents of a magnet link",
    usage: "FILE|LINK",
    events: false,
    load: async () => (await import("./commands/magnet.ts")).magnetCommand,
  },
  {
    name: "announce",
    summary: "ask trackers for the peers of a torrent, once",
    usage: "[TORRENT|MAGNET]",
    events: false,
    load: async () => (await import("./commands/trackers/announce.ts")).announceCommand,
  },
  {
    name: "scrape",
    summary: "ask trackers how many seeders and leechers torrents have",
    usage: "[TORRENT|MAGNET...]",
    events: false,
    load: async () => (await import("./commands/trackers/scrape.ts")).scrapeCommand,
  },
  {
    name: "tracker",
    summary: "run a tracker",
    usage: "",
    events: true,
    load: async () => (await import("./commands/trackers/tracker.ts")).trackerCommand,
  },
  {
    name: "dht",
    summary: "query the DHT, or run a node of it",
    usage: "ACTION [ARGS...]",
    events: true,
    load: async () => (await import("./commands/dht/dht.ts")).dhtCommand,
  },
  {
    name: "doctor",
    summary: "check what Millrace needs, and why a torrent is slow",
    usage: "[TORRENT]",
    events: true,
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "daemon",
    summary: "run as a service with a web page",
    usage: "",
    events: true,
    load: async () => (await import("./commands/daemon.ts")).daemonCommand,
  },
  {
    name: "remote",
    summary: "control a running daemon: add, list, pause, limit and watch torrents",
    usage: "ACTION [ARGS...]",
    events: false,
    load: async () => (await import("./commands/remote.ts")).remoteCommand,
  },
  {
    name: "import",
    summary: "take over the torrents of another client, without checking their data",
    usage: "CLIENT [PROFILE]",
    events: true,
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "config",
    summary: "show the configuration of the daemon",
    usage: "",
    events: false,
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
  {
    name: "console",
    summary: "exchange single messages with peers, for tests and debugging",
    usage: "[TORRENT|MAGNET]",
    events: true,
    load: async () => (await import("./commands/console.ts")).consoleCommand,
  },
  {
    name: "inspect",
    summary: "print a recorded console session",
    usage: "FILE",
    events: false,
    load: async () => (await import("./commands/inspect.ts")).inspectCommand,
  },
  {
    name: "demo",
    summary: "run a tracker, a seeder and a download on this machine",
    usage: "",
    events: true,
    load: async () => (await import("./commands/demo.ts")).demoCommand,
  },
  {
    name: "completion",
    summary: "print a completion script for bash, zsh or fish",
    usage: "bash|zsh|fish",
    events: false,
    describesAll: true,
    load: async () => (await import("./commands/completion.ts")).completionCommand,
  },
];

/** Returns the command with this name or alias; `undefined` if there is none. */
export function findCommand(name: string | undefined): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name || (entry.alias !== undefined && entry.alias === name));
}
