import { pieceDigest, pieceTreeWidth, type PieceLayers } from "../../metainfo/index.ts";
import type { Clock, Hasher } from "../../runtime/index.ts";
import type { HashMessage } from "../../wire/index.ts";
import type { HashPeer } from "./hash-peer.ts";
import { MAX_HASHES } from "./limits.ts";
import type { SwarmContent } from "../swarm-options.ts";
import { HashRequests } from "./hash-requests.ts";
import { HashServer } from "./hash-server.ts";
import { fetchLayers } from "./piece-layers.ts";

/** Options of {@link HashExchange}. */
export interface HashExchangeOptions {
  readonly content: SwarmContent;
  readonly layers: PieceLayers;
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly peers: ReadonlySet<HashPeer>;
  readonly onLiar: (peer: HashPeer) => void;
  /** Called when peers have sent all piece layers that a hybrid torrent lacked. */
  readonly onLayers: () => void;
}

/** Callbacks of {@link HashExchange.wantLeaves}. */
export interface LeavesWanted {
  /** Whether to request the hashes from a peer before others. */
  readonly prefers: (peer: HashPeer) => boolean;
  /** Called with the hashes of all blocks of the piece, 32 bytes each, padded up to a power of two. */
  readonly onLeaves: (leaves: Uint8Array) => void;
  /** Called when no connected peer has sent the hashes. */
  readonly onUnavailable: () => void;
}

/** The hashes of a v2 or hybrid torrent, both ways (BEP 52): piece layers that are missing, and hashes of blocks. */
export class HashExchange {
  readonly #options: HashExchangeOptions;
  readonly #requests: HashRequests;
  readonly #server: HashServer;

  constructor(options: HashExchangeOptions) {
    const { content, layers, hasher, onLayers } = options;
    const { metainfo } = content;
    this.#options = options;
    this.#requests = new HashRequests(options);
    this.#server = new HashServer(content, hasher);
    if (layers.missing().length === 0) return;
    // The pieces of a hybrid torrent are verified by their v1 hashes meanwhile.
    fetchLayers({ metainfo, layers, hasher, requests: this.#requests, onDone: onLayers });
  }

  /** Requests the hashes of the blocks of a piece. One of the callbacks is called, perhaps at once. */
  wantLeaves(piece: number, { prefers, onLeaves, onUnavailable }: LeavesWanted): void {
    const { content, layers } = this.#options;
    const { layout, pieceLength } = content.metainfo;
    const [index] = layout.filesOfPiece(piece);
    const file = index === undefined ? undefined : layout.files[index];
    const proves = pieceDigest(layers, layout, piece);
    const width = pieceTreeWidth(pieceLength, file?.length ?? 0);
    if (file?.piecesRoot === undefined || proves === undefined || width > MAX_HASHES) return onUnavailable();
    // The only block of the piece: its hash is that of the piece.
    if (width === 1) return onLeaves(proves);
    const inFile = piece - layout.filePieces(file.index).first;
    this.#requests.want({
      range: {
        root: file.piecesRoot,
        baseLayer: 0,
        index: inFile * width,
        length: width,
        proofLayers: Math.log2(width) - 1,
      },
      proves,
      pieces: { first: piece, last: piece },
      prefers,
      onHashes: onLeaves,
      onUnavailable,
    });
  }

  /** Handles a message of BEP 52. Throws PeerError `peer.hashes` for hashes that are not proved. */
  onMessage(peer: HashPeer, message: HashMessage): void {
    if (message.type === "hash-request") this.#server.request(peer, message);
    else this.#requests.onMessage(peer, message);
  }

  /** Called when a peer has announced pieces. */
  onPieces(): void {
    if (this.#requests.isBusy) this.#requests.refill();
  }

  /** Removes the state of a peer that has disconnected. */
  gone(peer: HashPeer): void {
    this.#requests.gone(peer);
  }

  /** Called once a second. */
  tick(now: number): void {
    this.#requests.tick(now);
  }

  /** Resolves when all disk accesses have ended. */
  idle(): Promise<void> {
    return this.#server.idle();
  }
}
