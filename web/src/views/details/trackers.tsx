import type { JSX } from "preact";
import type { TorrentTracker } from "../../../../src/api/index.ts";
import { simple } from "../../actions/actions.ts";
import { api } from "../../api/api.ts";
import { Button } from "../../components/button.tsx";
import { usePoll } from "../../components/poll.ts";
import type { TableColumn } from "../../components/table.tsx";
import { Table } from "../../components/table.tsx";
import { count, time } from "../../base/format.ts";
import { dialog } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import type { ViewProps } from "./view.ts";
import { POLL_SLOW } from "./view.ts";

const words = texts.trackers;

const number = (value: number | null): string => (value === null ? "–" : count(value));
const moment = (at: number | null): string => (at === null ? "–" : time(at));

const COLUMNS: readonly TableColumn<TorrentTracker>[] = [
  { id: "tier", name: words.tier, key: (tracker) => tracker.tier, cell: (tracker) => count(tracker.tier + 1) },
  { id: "url", name: words.url, key: (tracker) => tracker.url, cell: (tracker) => tracker.url },
  { id: "state", name: words.state, key: (tracker) => tracker.state, cell: (tracker) => tracker.state },
  {
    id: "seeders",
    name: words.seeders,
    isNumeric: true,
    key: (tracker) => tracker.seeders ?? -1,
    cell: (tracker) => number(tracker.seeders),
  },
  {
    id: "leechers",
    name: words.leechers,
    isNumeric: true,
    key: (tracker) => tracker.leechers ?? -1,
    cell: (tracker) => number(tracker.leechers),
  },
  {
    id: "completed",
    name: words.completed,
    isNumeric: true,
    key: (tracker) => tracker.completed ?? -1,
    cell: (tracker) => number(tracker.completed),
  },
  {
    id: "received",
    name: words.received,
    isNumeric: true,
    key: (tracker) => tracker.peersReceived,
    cell: (tracker) => count(tracker.peersReceived),
  },
  {
    id: "last",
    name: words.last,
    key: (tracker) => tracker.lastAnnounceAt ?? 0,
    cell: (tracker) => moment(tracker.lastAnnounceAt),
  },
  {
    id: "next",
    name: words.next,
    key: (tracker) => tracker.nextAnnounceAt ?? 0,
    cell: (tracker) => moment(tracker.nextAnnounceAt),
  },
  { id: "message", name: words.message, key: (tracker) => tracker.message, cell: (tracker) => tracker.message },
];

/** The trackers of a torrent. */
export function Trackers({ id }: ViewProps): JSX.Element {
  const { value: trackers, error, again } = usePoll(id, POLL_SLOW, () => api.trackers(id));
  return (
    <div class="listing">
      <div class="bar">
        <Button label={words.edit} onClick={() => (dialog.value = { kind: "trackers", id })} />
        <Button
          label={words.reannounce}
          onClick={() => {
            simple("reannounce", [id]);
            again();
          }}
        />
      </div>
      {error !== null && <p class="failure">{error}</p>}
      {trackers === null && error === null && <p class="muted padded">{texts.common.loading}</p>}
      {trackers !== null && (
        <Table
          label={words.label}
          columns={COLUMNS}
          rows={trackers}
          keyOf={(tracker) => `${tracker.tier} ${tracker.url}`}
          empty={words.empty}
        />
      )}
    </div>
  );
}
