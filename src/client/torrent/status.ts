import type { TorrentState } from "./state.ts";

/** A torrent in numbers, as it is now. */
export interface TorrentStatus {
  readonly state: TorrentState;
  /** 0 to 1, of what is wanted; of the check while that runs. */
  readonly progress: number;
  /** Bytes in all files; 0 while the metadata is not known. */
  readonly totalBytes: number;
  /** Bytes in the pieces that are wanted. */
  readonly wantedBytes: number;
  /** Bytes of {@link wantedBytes} that are there and verified. */
  readonly doneBytes: number;
  /** Bytes a second of blocks. */
  readonly downRate: number;
  readonly upRate: number;
  /** Bytes of blocks over all runs. */
  readonly downloaded: number;
  readonly uploaded: number;
  /** Bytes that came in vain: bad, or twice. */
  readonly wasted: number;
  readonly peers: number;
  /** Peers that have everything. */
  readonly seeds: number;
  /** Peers known and not connected. */
  readonly knownPeers: number;
  /** Copies of the rarest piece among the peers, and the part of the pieces that has one more. */
  readonly availability: number;
  /** Seconds to go at the present rate; `undefined` when it stands still. */
  readonly etaSeconds: number | undefined;
  /** Uploaded by downloaded, or by the size for what was there from the start. */
  readonly ratio: number;
}

/** A connected peer, for people. */
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

/** A file of a torrent, for people. */
export interface FileStatus {
  readonly index: number;
  /** Relative to the torrent, `/` between its parts. */
  readonly path: string;
  readonly length: number;
  /** Bytes there and verified. */
  readonly done: number;
  readonly priority: "skip" | "low" | "normal" | "high";
}
