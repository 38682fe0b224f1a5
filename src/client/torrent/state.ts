import { MillraceError } from "../../base/index.ts";

/** The state of a torrent. */
export type TorrentState =
  /** The info dictionary of a magnet link's torrent is being fetched from peers. */
  | { readonly kind: "fetching-metadata" }
  /** Data on disk is being hashed. The numbers are numbers of pieces. */
  | { readonly kind: "checking"; readonly checked: number; readonly total: number; readonly valid: number }
  | { readonly kind: "downloading" }
  /** All wanted data is present. */
  | { readonly kind: "seeding" }
  /** The user has paused the torrent. */
  | { readonly kind: "paused" }
  /** The disk is full. The torrent continues by itself when there is space. */
  | { readonly kind: "disk-full"; readonly error: MillraceError }
  /** An error has stopped the torrent; `resume` starts it again. */
  | { readonly kind: "failed"; readonly error: MillraceError }
  /** Connections and files are being closed, and `stopped` is being sent to trackers. */
  | { readonly kind: "stopping" }
  /** The torrent was removed, or the client was closed. */
  | { readonly kind: "closed" };

/** The kinds of {@link TorrentState}. */
export type TorrentStateKind = TorrentState["kind"];

/**
 *     paused ──> fetching-metadata ──> checking ──> downloading <──> seeding
 *                                                    ^      │
 *                                                    └─ disk-full
 *     all of these ──> stopping ──> paused | failed | closed
 */
const NEXT: Readonly<Record<TorrentStateKind, readonly TorrentStateKind[]>> = {
  paused: ["fetching-metadata", "checking", "downloading", "seeding", "stopping", "failed", "closed"],
  "fetching-metadata": ["checking", "downloading", "seeding", "stopping", "failed"],
  checking: ["checking", "downloading", "seeding", "stopping", "failed"],
  downloading: ["seeding", "disk-full", "stopping"],
  seeding: ["downloading", "disk-full", "stopping"],
  "disk-full": ["downloading", "seeding", "disk-full", "stopping"],
  stopping: ["paused", "failed", "closed"],
  failed: ["fetching-metadata", "checking", "downloading", "seeding", "stopping", "paused", "closed", "failed"],
  closed: [],
};

/** Returns `to` when that state may follow `from`; throws MillraceError `internal` otherwise. */
export function transition(from: TorrentState, to: TorrentState): TorrentState {
  if (!NEXT[from.kind].includes(to.kind))
    throw new MillraceError("internal", `a torrent cannot go from ${from.kind} to ${to.kind}`);
  return to;
}

/** Whether a torrent in this state has peers. */
export function isActive(state: TorrentState): boolean {
  return (
    state.kind === "fetching-metadata" ||
    state.kind === "downloading" ||
    state.kind === "seeding" ||
    state.kind === "disk-full"
  );
}

/** Returns the state of a torrent that is being checked and has `total` pieces. */
export function checking(total: number, checked = 0, valid = 0): TorrentState {
  return { kind: "checking", checked, valid, total };
}
