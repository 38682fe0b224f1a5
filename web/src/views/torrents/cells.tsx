import type { ComponentChildren, JSX } from "preact";
import type { TorrentRow } from "../../../../src/api/index.ts";
import type { IconName } from "../../components/icon.tsx";
import { Icon } from "../../components/icon.tsx";
import { Progress } from "../../components/progress.tsx";
import { bytes, count, dateTime, eta, rate, ratio } from "../../base/format.ts";
import type { ColumnId } from "../../lists/columns.ts";
import { texts } from "../../texts/texts.ts";

type Tone = "down" | "up" | "idle" | "bad" | "busy";

const STATES: Readonly<Record<TorrentRow["state"], readonly [IconName, Tone]>> = {
  queued: ["wait", "idle"],
  "fetching-metadata": ["search", "down"],
  checking: ["check", "busy"],
  downloading: ["down", "down"],
  seeding: ["up", "up"],
  paused: ["pause", "idle"],
  "disk-full": ["error", "bad"],
  failed: ["error", "bad"],
  stopping: ["wait", "idle"],
};

/** Returns the name of the colour that shows a torrent's state. */
export function toneOf(row: TorrentRow): Tone {
  return STATES[row.state][1];
}

/** The icon of a torrent's state. */
export function StatusIcon({ row }: { readonly row: TorrentRow }): ComponentChildren {
  const isRefused = row.trackerProblem?.level === "error";
  const [icon, tone] = isRefused ? (["error", "bad"] as const) : STATES[row.state];
  return (
    <span class={`status ${tone}`} title={row.error?.message ?? row.trackerProblem?.message}>
      <Icon name={icon} size={15} />
      {texts.states[row.state]}
    </span>
  );
}

/** The progress bar of a torrent. While the metadata is fetched, the bar shows the received share of the metadata. */
export function TorrentProgress({ row }: { readonly row: TorrentRow }): JSX.Element {
  const { state, progress, metadataProgress } = row;
  const metadata = texts.states["fetching-metadata"];
  return state === "fetching-metadata" ? (
    <Progress value={metadataProgress} label={metadata} prefix={`${metadata} `} tone={toneOf(row)} />
  ) : (
    <Progress value={progress} label={texts.columns.done} tone={toneOf(row)} />
  );
}

/**
 * Returns the content of a torrent's cell in a column. Names and messages are added as text nodes, so HTML in them
 * has no effect.
 */
export function cell(id: ColumnId, row: TorrentRow): ComponentChildren {
  switch (id) {
    case "status":
      return <StatusIcon row={row} />;
    case "name":
      return row.name;
    case "size":
      return row.size === 0 ? "" : bytes(row.size);
    case "done":
      return <TorrentProgress row={row} />;
    case "down":
      return rate(row.downRate);
    case "up":
      return rate(row.upRate);
    case "uploaded":
      return row.uploaded === 0 ? "" : bytes(row.uploaded);
    case "downloaded":
      return row.downloaded === 0 ? "" : bytes(row.downloaded);
    case "ratio":
      return ratio(row.ratio);
    case "eta":
      return row.state === "downloading" ? eta(row.eta) : "";
    case "peers":
      return row.peers === 0 ? "" : count(row.peers);
    case "seeds":
      return row.seeds === 0 ? "" : count(row.seeds);
    case "availability":
      return row.availability === 0 ? "" : row.availability.toFixed(2);
    case "label":
      return row.labels.map((label) => (
        <span class="label" key={label}>
          {label}
        </span>
      ));
    case "tracker":
      return row.trackers.join(", ");
    case "added":
      return dateTime(row.addedAt);
    case "finished":
      return row.finishedAt === null ? "" : dateTime(row.finishedAt);
    case "queue":
      return count(row.queue + 1);
    default:
      return row.folder;
  }
}
