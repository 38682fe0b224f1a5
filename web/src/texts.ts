import type { TorrentState } from "../../src/api/index.ts";
import type { ColumnId } from "./lists/columns.ts";
import type { Group } from "./lists/filter.ts";
import { count } from "./format.ts";

/** Every word on the page, in one place for translation. Sentences with numbers or names are functions. */

const states: Readonly<Record<TorrentState, string>> = {
  queued: "Queued", "fetching-metadata": "Metadata", checking: "Checking", downloading: "Downloading", seeding: "Seeding", paused: "Paused",
  "disk-full": "Disk full", failed: "Failed", stopping: "Stopping",
};

const columns: Readonly<Record<ColumnId, string>> = {
  status: "Status", name: "Name", size: "Size", done: "Done", down: "Down", up: "Up", uploaded: "Uploaded", downloaded: "Downloaded", ratio: "Ratio",
  eta: "Time left", peers: "Peers", seeds: "Seeds", availability: "Availability", label: "Label", tracker: "Tracker", added: "Added",
  finished: "Finished", queue: "Queue", folder: "Folder",
};

const groups: Readonly<Record<Group, string>> = {
  all: "All", active: "Active", downloading: "Downloading", seeding: "Seeding", complete: "Complete", paused: "Paused", queued: "Queued",
  checking: "Checking", error: "Error",
};

export function torrents(value: number): string {
  return value === 1 ? "1 torrent" : `${count(value)} torrents`;
}

export const texts = {
  product: "Millrace",
  states,
  columns,
  groups,
  errors: {
    unreachable: "The daemon does not answer.",
    prefix: (what: string, why: string) => `${what}: ${why}`,
    some: (what: string, failed: number, of: number, why: string) => `${what}: ${failed} of ${of} failed. ${why}`,
    notTorrent: (name: string, why: string) => `${name} is no torrent: ${why}`,
  },
  common: {
    cancel: "Cancel", close: "Close", save: "Save", add: "Add", remove: "Remove", retry: "Try now", loading: "Loading…", all: "All",
    copied: "Copied.", copyFailed: "The browser did not allow to copy", dismiss: "Dismiss", noLimit: "no limit", kib: "KiB/s", more: "More", yes: "Yes", no: "No",
  },
  login: {
    title: "Sign in", hint: "The token was printed when the daemon was first started.", token: "Token", go: "Sign in", wrong: "This is not the token.",
    going: "Signing in…",
  },
  banner: {
    lost: "No connection to the daemon. What you see may be out of date.",
    retryIn: (seconds: number) => (seconds > 0 ? `Next attempt in ${seconds} s.` : "Trying…"),
  },
  toolbar: {
    label: "Torrents", addFile: "Add torrent file", addUrl: "Add link", create: "Create torrent", start: "Start", pause: "Pause", remove: "Remove",
    recheck: "Check data", limits: "Limits", settings: "Settings", statistics: "Statistics", more: "More actions", filters: "Filters", search: "Search torrents",
    columns: "Columns", theme: { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" }, signOut: "Sign out", keys: "Keyboard shortcuts",
    details: "Details",
  },
  actions: {
    start: "Start", startNow: "Start now, before the queue", pause: "Pause", recheck: "Check data", reannounce: "Ask trackers again", label: "Label…", move: "Move data…", rename: "Rename…",
    limits: "Limits…", top: "To the top of the queue", up: "Up in the queue", down: "Down in the queue", bottom: "To the end of the queue",
    copyMagnet: "Copy magnet link", copyHash: "Copy info-hash", playlist: "Download playlist", remove: "Remove…", details: "Show details",
    done: {
      start: "Started", "start-now": "Started", pause: "Paused", recheck: "Checking", reannounce: "Asked the trackers", remove: "Removed", label: "Labelled", labels: "Labelled", move: "Moving",
      limits: "Limits set", queue: "Queue changed",
    },
    report: (what: string, value: number) => `${what}: ${torrents(value)}.`,
  },
  table: {
    label: "Torrents", selectAll: "Select all", select: (name: string) => `Select ${name}`, menu: "Actions for the selected torrents",
    emptyTitle: "No torrents yet", emptyHint: "Drop a torrent file anywhere on this page, or add one here.",
    noMatch: "No torrent matches the filter.", clear: "Clear the filter", loading: "Loading torrents…", sort: (name: string) => `Sort by ${name}`,
    fetching: "size not known yet", cards: (down: string, up: string) => [down === "" ? "" : `↓ ${down}`, up === "" ? "" : `↑ ${up}`].filter((part) => part !== "").join("  "),
  },
  drop: "Drop torrent files to add them",
  sidebar: { label: "Filters", state: "State", labels: "Labels", trackers: "Trackers", noLabel: "No label", noTracker: "No tracker", anyLabel: "All labels", anyTracker: "All trackers" },
  columnsDialog: { title: "Columns", hint: "Drag the edge of a heading to change a width; with the keyboard, Shift and the arrow keys.", defaults: "Defaults" },
  status: {
    label: "Status", down: "Download", up: "Upload", limits: "Speed limits", free: (size: string) => `${size} free`, connections: (value: number) => (value === 1 ? "1 peer" : `${count(value)} peers`),
    reachable: "Reachable", unreachable: "No incoming yet", port: (port: number) => `Port ${port}`, live: "Connected", lost: "Disconnected", connecting: "Connecting…",
    reachableHint: "A peer from outside has connected to this port.", unreachableHint: "No peer from outside has connected yet. The port may be closed.",
    shown: (shown: number, all: number) => (shown === all ? torrents(all) : `${count(shown)} of ${torrents(all)}`), selected: (value: number) => `${count(value)} selected`,
    making: (path: string) => `Creating a torrent of ${path}`, made: (path: string) => `Created a torrent of ${path}`, makingFailed: (path: string, why: string) => `No torrent of ${path}: ${why}`,
    makingCancelled: (path: string) => `Cancelled: torrent of ${path}`, show: "Show",
  },
  details: {
    label: "Details", close: "Close details", back: "Back to the list", resize: "Height of the details", nothing: "Select a torrent to see its details.",
    tabs: { overview: "Overview", files: "Files", peers: "Peers", trackers: "Trackers", speed: "Speed", log: "Log" },
  },
  overview: {
    pieces: "Pieces", availability: "Availability", pieceMap: (have: number, all: number) => `${count(have)} of ${count(all)} pieces are there`,
    availabilityMap: (copies: string) => `${copies} copies among the connected peers`, state: "State", error: "Error", trackerError: "Trackers refuse it", trackerWarning: "A tracker warns", destination: "Moved, when complete, to", progress: "Progress", remaining: "Remaining", downloaded: "Downloaded", uploaded: "Uploaded",
    ratio: "Ratio", wasted: "Wasted", eta: "Time left", size: "Size", files: "Files", folder: "Folder", added: "Added", finished: "Finished", peers: "Peers",
    peersText: (peers: number, seeds: number, known: number) => `${peers} connected, ${seeds} complete, ${known} more known`, limits: "Limits", private: "Private", hash: "Info-hash", comment: "Comment",
    created: "Created", creator: "Created by", sequential: "In order", label: "Label", legendHave: "there", legendActive: "on its way", legendMissing: "missing", noPieces: "Known when the metadata is there.",
    limitsText: (down: string, up: string) => `↓ ${down}, ↑ ${up}`, sequentialSwitch: "Download pieces in order",
  },
  files: {
    label: "Files", name: "Name", size: "Size", done: "Done", priority: "Priority", play: "Play", playName: (name: string) => `Play ${name}`, open: "Open", openName: (name: string) => `Open ${name}`, priorityOf: (name: string) => `Priority of ${name}`,
    priorities: { skip: "Skip", low: "Low", normal: "Normal", high: "High", mixed: "Mixed" }, bulk: "Set all files to", empty: "The files are known when the metadata is there.",
    wanted: (value: number, of: number, size: string) => `${count(value)} of ${count(of)} files, ${size}`, want: (name: string) => `Download ${name}`,
  },
  peers: {
    label: "Peers", ip: "IP", client: "Client", flags: "Flags", done: "Done", down: "Down", up: "Up", downloaded: "Downloaded", uploaded: "Uploaded", empty: "No peers are connected.", add: "Add peers…",
    addTitle: "Add peers", addHint: "HOST:PORT, one a line.", addresses: "Addresses",
    flagNames: { D: "downloading from it", d: "waiting for it to let us download", U: "uploading to it", u: "it may download, and wants nothing", S: "it does not send what it should", I: "it connected to us" },
  },
  trackers: {
    label: "Trackers", url: "Address", tier: "Tier", state: "State", seeders: "Seeders", leechers: "Leechers", completed: "Completed", received: "Peers", last: "Last asked", next: "Next", message: "Message", empty: "This torrent has no trackers.",
    edit: "Edit…", reannounce: "Ask now", editTitle: "Trackers", editHint: "One address a line; an empty line begins the next tier, which is asked when the one above does not answer.", addresses: "Addresses",
  },
  speed: { label: "Speed", down: "Download", up: "Upload", chart: (down: string, up: string) => `Chart of speeds. Now: download ${down}, upload ${up}.`, empty: "Nothing has moved since this page was opened." },
  log: { label: "Log", empty: "No messages.", all: "Of all torrents", levels: { debug: "debug", info: "info", warn: "warning", error: "error" } },
  addFiles: {
    title: (value: number) => (value === 1 ? "Add torrent" : `Add ${value} torrents`), known: "This torrent is already there.", folder: "Folder", label: "Label", startNow: "Start at once", sequential: "Download in order", skipCheck: "Data is there already: do not check it",
    folderHint: "Empty: the label's folder, or the default", nothing: "No file is chosen.", added: (name: string) => `Added ${name}`, filesOf: (name: string) => `Files of ${name}`, failed: (name: string) => `${name} was not added`,
  },
  addUrl: { title: "Add link", url: "Magnet links or addresses of torrent files, one a line", added: (value: number) => (value === 1 ? "Added." : `Added ${value} torrents.`), failed: "Not added" },
  create: {
    title: "Create torrent", path: "File or folder on the daemon's disk", trackers: "Trackers, one a line", comment: "Comment", private: "Private: peers from trackers only", seed: "Seed it at once", format: "Format", pieceLength: "Piece size", auto: "Automatic",
    formats: { v1: "v1", hybrid: "v1 and v2 (hybrid)" }, go: "Create", failed: "Not created",
  },
  removeDialog: { title: (value: number) => `Remove ${torrents(value)}?`, data: "Also delete the downloaded data", warning: "The data is deleted from the disk. This cannot be undone.", more: (value: number) => `and ${count(value)} more` },
  limitsDialog: { title: (value: number) => `Limits of ${torrents(value)}`, down: "Download", up: "Upload", ratio: "Stop seeding at ratio", minutes: "Stop seeding after minutes", idle: "Stop seeding after idle minutes", peers: "Peers at once", asSession: "as in the settings", title1: (name: string) => `Limits of ${name}` },
  labelDialog: { title: (value: number) => `Labels of ${torrents(value)}`, label: "Labels", hint: "Several with commas. The first is the category." },
  moveDialog: { title: (value: number) => `Move data of ${torrents(value)}`, folder: "New folder", go: "Move" },
  renameDialog: { title: "Rename", name: "Name in the list" },
  speedDialog: { alternative: "Use the alternative limits", title: "Speed limits", scheduled: (down: string, up: string) => `In force now: ↓ ${down}, ↑ ${up}.` },
  play: { failed: "The browser cannot play this file. Its playlist can be opened in a media player.", playlist: "Playlist for a player", file: "File alone", title: (name: string) => name },
  settings: {
    title: "Settings", sections: { folders: "Folders", speed: "Speed", schedule: "Schedule", connections: "Connections", queue: "Queue", labels: "Labels", page: "This page" }, downloadDir: "Download folder", watchDir: "Watched folder", watchHint: "Torrent files put there are added. Empty: none.", incompleteDir: "Folder for incomplete downloads", incompleteHint: "Downloads are moved to their own folder when they are complete. Empty: they begin there.",
    alternative: "Use the alternative limits now", alternativeDown: "Alternative download limit", alternativeUp: "Alternative upload limit", idleMinutes: "Stop seeding after idle minutes", stalledMinutes: "Downloads idle for minutes take no place",
    startAdded: "Start torrents when they are added", down: "Download limit", up: "Upload limit", maxConnections: "Connections in all", maxPeers: "Peers of a torrent", uploadSlots: "Uploads at once, of a torrent", downloads: "Torrents that download at once", seeds: "Torrents that seed at once",
    ratio: "Stop seeding at ratio", minutes: "Stop seeding after minutes", unlimited: "all", never: "never", addRule: "Add rule", rule: (at: number) => `Rule ${at}`, from: "From", to: "To", days: "Days", dayNames: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    removeRule: (at: number) => `Remove rule ${at}`, noRules: "No rules: the limits under Speed hold at all times.", ruleHint: "The first rule that holds now wins over the limits.", label: "Label", folder: "Folder", addLabel: "Add label", removeLabel: (name: string) => `Remove label ${name}`, noLabels: "No labels have a folder of their own.",
    theme: "Theme", themes: { auto: "As the system", light: "Light", dark: "Dark" }, saved: "Settings saved.", failed: "Settings not saved",
  },
  statistics: {
    title: "Statistics", downloaded: "Downloaded", uploaded: "Uploaded", ratio: "Ratio", session: "Since the start", ever: "In all", running: "Running for", torrents: "Torrents", connections: "Connections", memory: "Memory", free: "Free on disk", version: "Version",
    history: "History", hour: "Last hour", month: "Last month", empty: "There is no history yet.", states: "By state",
  },
  keys: {
    title: "Keyboard shortcuts",
    list: [
      ["↑ ↓ PgUp PgDn Home End", "Move in the list"], ["Shift + arrows", "Select a range"], ["Ctrl + arrows", "Move without selecting"], ["Space", "Select or deselect"], ["Ctrl + A", "Select all"], ["Esc", "Select nothing"], ["Enter", "Show details"], ["Delete", "Remove"], ["F2", "Rename"],
      ["Shift + F10", "Actions"], ["P", "Pause or start"], ["/", "Search"], ["O", "Add torrent file"], ["U", "Add link"], ["Ctrl + V", "Add the copied link"], ["?", "This list"],
    ],
  },
} as const;
