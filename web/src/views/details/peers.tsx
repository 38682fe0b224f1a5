import type { JSX } from "preact";
import type { TorrentPeer } from "../../../../src/api/index.ts";
import { api } from "../../api/api.ts";
import { Button } from "../../components/button.tsx";
import { usePoll } from "../../components/poll.ts";
import { Progress } from "../../components/progress.tsx";
import type { TableColumn } from "../../components/table.tsx";
import { Table } from "../../components/table.tsx";
import { bytes, rate } from "../../base/format.ts";
import { dialog } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import type { ViewProps } from "./view.ts";
import { POLL_FAST } from "./view.ts";

const words = texts.peers;
const FLAGS: ReadonlyMap<string, string> = new Map(Object.entries(words.flagNames));

function flagsText(flags: string): string {
  return Array.from(flags, (flag) => FLAGS.get(flag) ?? flag).join("; ");
}

function sourceText({ source }: TorrentPeer): string {
  return words.sources[source];
}

const COLUMNS: readonly TableColumn<TorrentPeer>[] = [
  { id: "ip", name: words.ip, key: (peer) => peer.ip, cell: (peer) => peer.id },
  { id: "client", name: words.client, key: (peer) => peer.client.toLowerCase(), cell: (peer) => peer.client },
  {
    id: "flags",
    name: words.flags,
    key: (peer) => peer.flags,
    cell: (peer) => <abbr title={flagsText(peer.flags)}>{peer.flags}</abbr>,
  },
  { id: "source", name: words.source, key: sourceText, cell: sourceText },
  {
    id: "done",
    name: words.done,
    key: (peer) => peer.progress,
    cell: (peer) => <Progress value={peer.progress} label={words.done} tone={peer.progress >= 1 ? "up" : "down"} />,
  },
  { id: "down", name: words.down, isNumeric: true, key: (peer) => peer.downRate, cell: (peer) => rate(peer.downRate) },
  { id: "up", name: words.up, isNumeric: true, key: (peer) => peer.upRate, cell: (peer) => rate(peer.upRate) },
  {
    id: "downloaded",
    name: words.downloaded,
    isNumeric: true,
    key: (peer) => peer.downloaded,
    cell: (peer) => bytes(peer.downloaded),
  },
  {
    id: "uploaded",
    name: words.uploaded,
    isNumeric: true,
    key: (peer) => peer.uploaded,
    cell: (peer) => bytes(peer.uploaded),
  },
];

/** The connected peers of a torrent. */
export function Peers({ id }: ViewProps): JSX.Element {
  const { value: peers, error } = usePoll(id, POLL_FAST, () => api.peers(id));
  return (
    <div class="listing">
      <div class="bar">
        <Button label={words.add} onClick={() => (dialog.value = { kind: "add-peers", id })} />
      </div>
      {error !== null && <p class="failure">{error}</p>}
      {peers === null && error === null && <p class="muted padded">{texts.common.loading}</p>}
      {peers !== null && (
        <Table label={words.label} columns={COLUMNS} rows={peers} keyOf={(peer) => peer.id} empty={words.empty} />
      )}
    </div>
  );
}
