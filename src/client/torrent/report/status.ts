import type { CandidateSource } from "../../../discovery/index.ts";
import type { TransportKind } from "../../../transport/index.ts";
import type { TorrentState } from "../state.ts";

/** The numbers of a torrent at one time. */
export interface TorrentStatus {
  readonly state: TorrentState;
  /** The verified part of the wanted data, from 0 to 1; during a check, the part that has been checked. */
  readonly progress: number;
  /** The share of the metadata that has been received from peers, 0 to 1; 1 when the metadata is known. */
  readonly metadataProgress: number;
  /** The size of all files in bytes; 0 while the metadata is not known. */
  readonly totalBytes: number;
  /** The size of the wanted pieces in bytes. */
  readonly wantedBytes: number;
  /** The number of bytes in the wanted pieces that are verified. */
  readonly doneBytes: number;
  /** The rate at which blocks arrive, in bytes a second. */
  readonly downRate: number;
  readonly upRate: number;
  /** The number of bytes of blocks downloaded, over all runs. */
  readonly downloaded: number;
  readonly uploaded: number;
  /** The number of bytes of blocks that were bad or were received twice. */
  readonly wasted: number;
  readonly peers: number;
  /** The number of connected peers that have all pieces. */
  readonly seeds: number;
  /** The number of known peers that are not connected. */
  readonly knownPeers: number;
  /** The number of known peers that are not dialed because the IP filter blocks them. */
  readonly blockedPeers: number;
  /**
   * The number of outgoing connections, since the last one that succeeded, that the encryption policy may have made
   * fail: the peer did not complete the encryption handshake, or closed a connection that was not encrypted. Peers that
   * do not share the torrent do the same.
   */
  readonly encryptionRefusals: number;
  /**
   * Distributed copies: the number of copies of the rarest piece among the peers, plus the fraction of pieces with more
   * copies.
   */
  readonly availability: number;
  /**
   * The number of seconds until the download is complete at the present rate; `undefined` when it is complete or while
   * nothing is received.
   */
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
  /** The way in which the peer was found; `"incoming"` when it has connected to this client. */
  readonly source: CandidateSource;
  /** The part of the torrent's pieces that the peer has, from 0 to 1. */
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
  /** Whether all data of the connection is encrypted. */
  readonly isEncrypted: boolean;
  /** The protocol that carries the connection. */
  readonly transport: TransportKind;
}

/** A file of a torrent, for display. */
export interface FileStatus {
  readonly index: number;
  /** The path relative to the torrent, with `/` between its parts. */
  readonly path: string;
  readonly length: number;
  /** The verified bytes of the file. */
  readonly done: number;
  readonly priority: "skip" | "low" | "normal" | "high";
}
