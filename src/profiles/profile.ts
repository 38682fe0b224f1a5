import type { Bitfield, MillraceError } from "../base/index.ts";
import type { Metainfo } from "../metainfo/index.ts";

/** The priority of a file that is not `normal`. */
export type ForeignPriority = "skip" | "low" | "high";

/**
 * What the other client recorded about a file on disk:
 * - `modified`: its modification time, in whole seconds since 1970. The file is unchanged while it has this time.
 * - `before`: only the time, in milliseconds since 1970, at which the progress was stored. The file is unchanged while
 *   its modification time is not later.
 * - `none`: nothing. Its pieces must be checked.
 */
export type FileProof =
  | { readonly kind: "modified"; readonly seconds: number }
  | { readonly kind: "before"; readonly ms: number }
  | { readonly kind: "none" };

/** The progress that another client stored. */
export interface ForeignProgress {
  /** The pieces on disk that the client has verified. */
  readonly have: Bitfield;
  /** The blocks on disk of incomplete pieces, by piece index. */
  readonly partials: ReadonlyMap<number, Bitfield>;
  /** The proof for each file of the layout, by file index. */
  readonly proofs: readonly FileProof[];
}

/** A torrent in the profile of another client. */
export interface ForeignTorrent {
  /** The torrent, with the name that its file or folder has on disk. */
  readonly metainfo: Metainfo;
  /** The folders in which the data may be, the most likely one first. At least one. Absolute paths. */
  readonly folders: readonly string[];
  /** The folder to which the data goes when it is complete; `undefined` when it stays where it is. */
  readonly destination: string | undefined;
  /** What the client adds to the names of incomplete files, such as `.part`; empty when it adds nothing. */
  readonly suffix: string;
  /**
   * The name of libtorrent's part file, in the folder of the data: it has the bytes of unwanted files that belong to
   * wanted pieces. `undefined` for clients that write them to the files.
   */
  readonly partFile: string | undefined;
  /** The stored progress; `undefined` when the profile has none, so that the data must be checked. */
  readonly progress: ForeignProgress | undefined;
  /** The priorities of files that are not `normal`, by file index. */
  readonly priorities: ReadonlyMap<number, ForeignPriority>;
  readonly labels: readonly string[];
  readonly isPaused: boolean;
  readonly isSequential: boolean;
  /** Times in milliseconds since 1970; `undefined` when unknown. */
  readonly addedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly downloaded: number;
  readonly uploaded: number;
  readonly downloadingSeconds: number;
  readonly seededSeconds: number;
  /** Limits of this torrent alone, in bytes a second; `undefined` when there is none. */
  readonly maxDownloadRate: number | undefined;
  readonly maxUploadRate: number | undefined;
  /** The ratio at which seeding stops; `undefined` when the torrent has none of its own. */
  readonly seedRatio: number | undefined;
  /** The announce URLs by tier, when they differ from those of the torrent file; otherwise `undefined`. */
  readonly trackers: readonly (readonly string[])[] | undefined;
}

/** A torrent of the profile that cannot be read, with the reason. */
export interface UnreadableTorrent {
  /** The path of the file in the profile. */
  readonly path: string;
  readonly error: MillraceError;
}

/** What {@link readProfile} yields for each torrent of a profile. */
export type ProfileEntry =
  | { readonly kind: "torrent"; readonly torrent: ForeignTorrent }
  | { readonly kind: "unreadable"; readonly unreadable: UnreadableTorrent };
