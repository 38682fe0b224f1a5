import { withoutTrackerUrl } from "../../tracker/index.ts";
import type { LogLine, TorrentFile, TorrentPeer, TorrentTracker } from "../../api/index.ts";
import {
  clean,
  cutText,
  formatDuration,
  formatPercent,
  formatRate,
  formatSize,
  groupDigits,
  table,
} from "../../terminal/index.ts";
import type { Column } from "../../terminal/index.ts";
import { SHOWN_ID } from "./find.ts";
import type { Row } from "./find.ts";

/** Functions that format objects of the API as lines. Text from torrents, trackers and peers is escaped. */

/** The width of the column for names in tables. */
const NAME_WIDTH = 40;
const CLIENT_WIDTH = 24;

/** The fields of a torrent that {@link listLines} needs. */
export const LIST_FIELDS = [
  "name",
  "state",
  "progress",
  "metadataProgress",
  "downRate",
  "upRate",
  "ratio",
  "eta",
] as const satisfies readonly (keyof Row)[];

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, align: "right" });

/** Formats a rate in bytes a second; `-` for 0. */
function rateOf(bytesPerSecond: number): string {
  return bytesPerSecond > 0 ? formatRate(bytesPerSecond) : "-";
}

function nameOf(name: string): string {
  return cutText(clean(name), NAME_WIDTH);
}

/** Returns the lines of `remote list`. */
export function listLines(rows: readonly Row[]): string[] {
  return table(
    [left("id"), left("name"), left("state"), right("done"), right("down"), right("up"), right("ratio"), right("eta")],
    rows.map(({ id, name = "", state = "", downRate = 0, upRate = 0, ratio = 0, eta, ...row }) => [
      id.slice(0, SHOWN_ID),
      nameOf(name),
      state,
      state === "fetching-metadata"
        ? `metadata ${formatPercent(row.metadataProgress ?? 0)}`
        : formatPercent(row.progress ?? 0),
      rateOf(downRate),
      rateOf(upRate),
      ratio.toFixed(2),
      eta === undefined || eta === null || row.progress === 1 ? "-" : formatDuration(eta),
    ]),
  );
}

/** Returns the lines of `remote files`. */
export function fileLines(files: readonly TorrentFile[]): string[] {
  return table(
    [right("number"), right("done"), right("size"), left("priority"), left("path")],
    files.map(({ index, path, size, done, priority }) => [
      String(index),
      formatPercent(size === 0 ? 1 : done / size),
      formatSize(size),
      priority,
      clean(path),
    ]),
  );
}

/** Returns the lines of `remote peers`. */
export function peerLines(peers: readonly TorrentPeer[]): string[] {
  return table(
    [left("address"), left("client"), right("done"), right("down"), right("up"), left("found by"), left("flags")],
    peers.map(({ id, client, progress, downRate, upRate, source, flags }) => [
      clean(id),
      cutText(clean(client), CLIENT_WIDTH),
      formatPercent(progress),
      rateOf(downRate),
      rateOf(upRate),
      clean(source),
      clean(flags),
    ]),
  );
}

/** The meanings of the flags of peers, in the order in which they stand. */
const FLAGS: Readonly<Record<string, string>> = {
  D: "downloading from it",
  d: "it chokes the daemon",
  U: "uploading to it",
  u: "the daemon chokes it",
  S: "it sends no requested data",
  E: "encrypted",
  P: "over uTP",
  I: "it connected to the daemon",
  T: "from a tracker",
  H: "from the DHT",
  X: "from another peer",
  L: "from the local network",
};

/** Returns the legend of those flags that these peers have. */
export function flagLines(peers: readonly Pick<TorrentPeer, "flags">[]): string[] {
  const shown = Object.entries(FLAGS).filter(([flag]) => peers.some(({ flags }) => flags.includes(flag)));
  return shown.map(([flag, meaning]) => `${flag}  ${meaning}`);
}

/** Returns the lines of `remote trackers`. `now` is in milliseconds since 1970. */
export function trackerLines(trackers: readonly TorrentTracker[], now: number): string[] {
  const number = (value: number | null): string => (value === null ? "-" : groupDigits(value));
  return table(
    [
      right("tier"),
      left("state"),
      right("seeders"),
      right("leechers"),
      right("next"),
      left("tracker"),
      left("message"),
    ],
    trackers.map(({ tier, state, seeders, leechers, nextAnnounceAt, url, message }) => [
      String(tier + 1),
      clean(state),
      number(seeders),
      number(leechers),
      nextAnnounceAt === null ? "-" : formatDuration(Math.max(0, nextAnnounceAt - now) / 1000),
      clean(url),
      clean(withoutTrackerUrl(message, url)),
    ]),
  );
}

/** Returns one line of `remote log`. */
export function logText(line: LogLine): string {
  return `${new Date(line.at).toISOString().slice(0, 19)}Z ${line.level.padEnd(5)} ${logMessage(line)}`;
}

/** Returns the message of a log line, followed by its torrent if it has one. */
export function logMessage({ message, torrent }: LogLine): string {
  return `${clean(message)}${torrent === null || torrent === "" ? "" : ` [${clean(torrent.slice(0, SHOWN_ID))}]`}`;
}
