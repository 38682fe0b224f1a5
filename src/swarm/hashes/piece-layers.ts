import { Bitfield, toHex, type SyncHasher } from "../../base/index.ts";
import {
  MERKLE_HASH_LENGTH,
  pieceLayerHeight,
  proofLayersOf,
  treeHeight,
  treeWidth,
  type LayoutFile,
  type Metainfo,
  type PieceLayers,
} from "../../metainfo/index.ts";
import { LAYER_HASHES } from "./limits.ts";
import type { HashRequests } from "./hash-requests.ts";

/** Options of {@link LayerDownload}. */
export interface LayerDownloadOptions {
  readonly metainfo: Metainfo;
  readonly layers: PieceLayers;
  readonly hasher: SyncHasher;
  readonly requests: HashRequests;
  /** Called when the piece layer of a file has become known. `isComplete`: all are known now. */
  readonly onLayer: (isComplete: boolean) => void;
}

/**
 * Fetches the piece layers that a torrent lacks, as one added by a magnet link does (BEP 52). Each layer comes in
 * ranges of at most 512 hashes, which may come from different peers.
 */
export class LayerDownload {
  readonly #options: LayerDownloadOptions;
  /** For each file whose layer is being fetched, the number of ranges that are missing. */
  readonly #missing = new Map<number, number>();

  constructor(options: LayerDownloadOptions) {
    this.#options = options;
    const seen = new Set<string>();
    for (const index of options.layers.missing()) {
      const file = options.metainfo.files[index];
      const key = file?.piecesRoot === undefined ? undefined : toHex(file.piecesRoot);
      if (file === undefined || key === undefined || seen.has(key)) continue;
      seen.add(key);
      this.#fetch(file);
    }
  }

  /** Returns the pieces whose hashes are known. */
  verifiable(): Bitfield {
    const { metainfo, layers } = this.#options;
    const known = Bitfield.full(metainfo.pieceCount);
    for (const index of layers.missing()) {
      const { first, last } = metainfo.layout.filePieces(index);
      for (let piece = first; piece <= last; piece++) known.set(piece, false);
    }
    return known;
  }

  #fetch(file: LayoutFile): void {
    const { metainfo, requests, hasher, layers, onLayer } = this.#options;
    const root = file.piecesRoot;
    if (root === undefined) return;
    const { first } = metainfo.layout.filePieces(file.index);
    const count = Math.ceil(file.length / metainfo.pieceLength);
    const layer = new Uint8Array(count * MERKLE_HASH_LENGTH);
    const baseLayer = pieceLayerHeight(metainfo.pieceLength);
    this.#missing.set(file.index, Math.ceil(count / LAYER_HASHES));
    for (let index = 0; index < count; index += LAYER_HASHES) {
      const length = Math.min(LAYER_HASHES, Math.max(2, treeWidth(count - index)));
      const proofLayers = proofLayersOf({ baseLayer }, treeHeight(file.length));
      requests.want({
        range: { root, baseLayer, index, length, proofLayers },
        proves: root,
        pieces: { first: first + index, last: first + Math.min(count, index + length) - 1 },
        onHashes: (hashes) => {
          layer.set(hashes.subarray(0, layer.length - index * MERKLE_HASH_LENGTH), index * MERKLE_HASH_LENGTH);
          const missing = (this.#missing.get(file.index) ?? 1) - 1;
          this.#missing.set(file.index, missing);
          if (missing > 0) return;
          this.#missing.delete(file.index);
          layers.add(file.index, layer, hasher);
          onLayer(this.#missing.size === 0);
        },
      });
    }
  }
}
