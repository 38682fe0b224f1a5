import type { TorrentRow } from "../../../src/api/index.ts";

/** Makes a row for tests: a paused, empty torrent with the given fields. */
export function row(fields: Partial<TorrentRow> & { readonly id: string }): TorrentRow {
  return {
    name: fields.id,
    diskName: fields.name ?? fields.id,
    state: "paused",
    error: null,
    trackerProblem: null,
    progress: 0,
    metadataProgress: 1,
    size: 0,
    wanted: 0,
    done: 0,
    downRate: 0,
    upRate: 0,
    downloaded: 0,
    uploaded: 0,
    ratio: 0,
    eta: null,
    peers: 0,
    seeds: 0,
    availability: 0,
    label: "",
    labels: fields.label === undefined || fields.label === "" ? [] : [fields.label],
    trackers: [],
    folder: "/d",
    addedAt: 0,
    finishedAt: null,
    queue: 0,
    private: false,
    ...fields,
  };
}
