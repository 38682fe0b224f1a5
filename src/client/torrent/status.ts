import type { TorrentState } from "./state.ts";

/** The present numbers of a torrent. */
export interface TorrentStatus {
  readonly state: TorrentState;
  /** 0 to 1, of the wanted data; of the check while it runs. */
  readonly progress: number;
  /** Bytes in all files; 0 while the metadata is not known. */
  readonly totalBytes: number;
  /** Bytes in the pieces that are wanted. */
  readonly wantedBytes: number;
  /** Bytes of {@link wantedBytes} that are verified. */
  readonly doneBytes: number;
  /** Bytes a second of blocks. */
  readonly downRate: number;
  readonly upRate: number;
  /** Bytes of blocks over all runs. */
  readonly downloaded: number;
  readonly uploaded: number;
  /** Bytes of blocks that were bad or received twice. */
  readonly wasted: number;
  readonly peers: number;
  /** Peers that have everything. */
  readonly seeds: number;
  /** Peers known and not connected. */
  readonly knownPeers: number;
  /** Distributed copies: copies of the rarest piece among the peers, plus the fraction of pieces that have more. */
  readonly availability: number;
  /** Seconds left at the present rate; `undefined` when complete or while nothing is received. */
  readonly etaSeconds: number | undefined;
  /** Uploaded divided by downloaded, or by the size of the torrent if nothing was downloaded. */
  readonly ratio: number;
}

/** A connected peer, for display. */
export interface PeerStatus {
  readonly ip: string;
  readonly port: number;
  readonly client: string;
  readonly peerId: string;
  readonly peerIdHex: string;
  readonly direction: "incoming" | "outgoing";
  /** 0 to 1. */
  readonly progress: number;
  readonly downRate: number;
  readonly upRate: number;
  readonly downloaded: number;
  readonly uploaded: number;
  readonly amChoking: boolean;
  readonly amInterested: boolean;
  readonly peerChoking: boolean;
  readonly peerInterested: boolean;
  readonly isSnubbing: boolean;
}

/** A file of a torrent, for display. */
export interface FileStatus {
  readonly index: number;
  /** Relative to the torrent, `/` between its parts. */
  readonly path: string;
  readonly length: number;
  /** Verified bytes. */
  readonly done: number;
  readonly priority: "skip" | "low" | "normal" | "high";
}
