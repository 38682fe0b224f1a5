import { unreachable } from "../../base/index.ts";
import type { TorrentStatus } from "../../client/index.ts";
import { clean, cutText, formatDuration, formatRate, formatSize } from "../../terminal/index.ts";
import type { Style } from "../../terminal/index.ts";
import { rowLine } from "../live/row.ts";
import type { RowView } from "../live/row.ts";
import type { Job } from "./job.ts";

/**
 * Returns the lines of the live display: active torrents first, then the number of torrents that do not fit on the
 * screen, then the totals.
 */
export function torrentLines(jobs: readonly Job[], columns: number, rows: number, style: Style): string[] {
  const shown = jobs.filter(
    (job) => job.phase.kind !== "failed" && !(job.phase.kind === "complete" && job.torrent?.state.kind !== "seeding"),
  );
  shown.sort((a, b) => rank(a) - rank(b));
  const room = jobs.length > 1 ? rows - 1 : rows;
  const fits = shown.length <= room ? shown.length : Math.max(1, room - 1);
  const lines = shown.slice(0, fits).map((job) => rowLine(rowView(job), columns, style));
  if (fits < shown.length) lines.push(style.dim(cutText(`and ${shown.length - fits} more`, columns)));
  if (jobs.length > 1) lines.push(totalsLine(jobs, columns, style));
  return lines;
}

/** Returns the sort key of a torrent: torrents that transfer data come before torrents that wait. */
function rank(job: Job): number {
  const torrent = job.torrent;
  if (torrent === undefined) return 3;
  const status = torrent.status();
  if (status.state.kind === "downloading" && status.downRate > 0) return 0;
  if (status.upRate > 0 || status.state.kind === "checking") return 1;
  return 2;
}

function rowView(job: Job): RowView {
  const torrent = job.torrent;
  if (torrent === undefined) return still(job.name, 0, "plain", "reading");
  const status = torrent.status();
  const { state } = status;
  const { name } = torrent;
  switch (state.kind) {
    case "fetching-metadata":
      return still(
        name,
        0,
        "plain",
        status.peers === 0
          ? `metadata: ${waiting(job)}`
          : `fetching metadata from ${peers(status.peers)}${metadataShare(status.metadataProgress)}`,
      );
    case "checking":
      return still(name, status.progress, "plain", "checking");
    case "downloading":
      if (status.peers === 0) return still(name, status.progress, "plain", waiting(job));
      return {
        name,
        share: status.progress,
        down: status.downRate,
        up: status.upRate,
        etaSeconds: status.etaSeconds,
        peers: status.peers,
      };
    case "seeding":
      return still(
        name,
        status.progress,
        "good",
        `seeding ${formatRate(status.upRate)}, ${formatSize(status.uploaded)} sent, ${peers(status.peers)}`,
      );
    case "disk-full":
      return still(name, status.progress, "warn", "the disk is full: waiting for space");
    case "failed":
      return still(name, status.progress, "bad", state.error.message);
    case "paused":
    case "stopping":
    case "closed":
      return still(name, status.progress, "plain", state.kind === "paused" ? "paused" : "stopping");
    default:
      return unreachable(state);
  }
}

/** Returns the received share of the metadata, once a part has arrived. */
function metadataShare(share: number): string {
  return share === 0 ? "" : `, ${Math.floor(share * 100)}%`;
}

function still(name: string, share: number, look: "plain" | "warn" | "bad" | "good", value: string): RowView {
  return {
    name,
    share,
    down: undefined,
    up: undefined,
    etaSeconds: undefined,
    peers: undefined,
    text: { look, value },
  };
}

function peers(number: number): string {
  return `${number} ${number === 1 ? "peer" : "peers"}`;
}

/** Returns the reason why a torrent has no peers, or `looking for peers` while no reason is known. */
function waiting(job: Job): string {
  return job.stalls?.reason?.message ?? "looking for peers";
}

function totalsLine(jobs: readonly Job[], columns: number, style: Style): string {
  const statuses = jobs
    .map((job) => job.torrent?.status())
    .filter((status): status is TorrentStatus => status !== undefined);
  const sum = (value: (status: TorrentStatus) => number): number =>
    statuses.reduce((total, status) => total + value(status), 0);
  const complete = jobs.filter((job) => job.phase.kind === "complete").length;
  const failed = jobs.filter((job) => job.phase.kind === "failed").length;
  const down = sum((status) => status.downRate);
  const left = sum((status) => status.wantedBytes - status.doneBytes);
  const [downMark, upMark] = style.unicode ? ["↓", "↑"] : ["D ", "U "];
  const parts = [
    `${complete} of ${jobs.length} complete${failed > 0 ? `, ${failed} failed` : ""}`,
    `${formatSize(sum((status) => status.doneBytes))} of ${formatSize(sum((status) => status.wantedBytes))}`,
    `${downMark}${formatRate(down)}`,
    `${upMark}${formatRate(sum((status) => status.upRate))}`,
  ];
  if (left > 0 && down > 0) parts.push(formatDuration(left / down));
  return style.strong(cutText(clean(parts.join("  ")), columns));
}
