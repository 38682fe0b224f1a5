import type { TorrentState } from "../../../src/api/index.ts";
import type { ColumnId } from "../lists/columns.ts";
import type { Group } from "../lists/filter.ts";

/** Names of a torrent's states. */
export const states: Readonly<Record<TorrentState, string>> = {
  queued: "Queued",
  "fetching-metadata": "Metadata",
  checking: "Checking",
  downloading: "Downloading",
  seeding: "Seeding",
  paused: "Paused",
  "disk-full": "Disk full",
  failed: "Failed",
  stopping: "Stopping",
};

/** Names of the list's columns. */
export const columns: Readonly<Record<ColumnId, string>> = {
  status: "Status",
  name: "Name",
  size: "Size",
  done: "Done",
  down: "Down",
  up: "Up",
  uploaded: "Uploaded",
  downloaded: "Downloaded",
  ratio: "Ratio",
  eta: "Time left",
  peers: "Peers",
  seeds: "Seeds",
  availability: "Availability",
  label: "Label",
  tracker: "Tracker",
  added: "Added",
  finished: "Finished",
  queue: "Queue",
  folder: "Folder",
};

/** Names of the sidebar's groups. */
export const groups: Readonly<Record<Group, string>> = {
  all: "All",
  active: "Active",
  downloading: "Downloading",
  seeding: "Seeding",
  complete: "Complete",
  paused: "Paused",
  queued: "Queued",
  checking: "Checking",
  error: "Error",
};
