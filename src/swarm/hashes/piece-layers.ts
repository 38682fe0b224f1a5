import { toHex, type SyncHasher } from "../../base/index.ts";
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
import type { HashRequests } from "./hash-requests.ts";
import { LAYER_HASHES } from "./limits.ts";

/** Options of {@link fetchLayers}. */
export interface LayersWanted {
  readonly metainfo: Metainfo;
  readonly layers: PieceLayers;
  readonly hasher: SyncHasher;
  readonly requests: HashRequests;
  /** Called when all piece layers are known. */
  readonly onDone: () => void;
}

/**
 * Requests the piece layers that a torrent lacks, as one added by a magnet link does (BEP 52), and adds them to
 * `layers`. Each layer comes in ranges of at most 512 hashes, which may come from different peers.
 */
export function fetchLayers(wanted: LayersWanted): void {
  const { metainfo, layers, onDone } = wanted;
  const files = new Map<string, LayoutFile>();
  for (const index of layers.missing()) {
    const file = metainfo.files[index];
    if (file?.piecesRoot !== undefined) files.set(toHex(file.piecesRoot), file);
  }
  let missing = files.size;
  for (const file of files.values())
    fetchLayer(wanted, file, () => {
      missing--;
      if (missing === 0) onDone();
    });
}

/** Requests the piece layer of a file. `onLayer` is called when it was added. */
function fetchLayer({ metainfo, layers, hasher, requests }: LayersWanted, file: LayoutFile, onLayer: () => void): void {
  const root = file.piecesRoot;
  if (root === undefined) return;
  const { first } = metainfo.layout.filePieces(file.index);
  const count = Math.ceil(file.length / metainfo.pieceLength);
  const layer = new Uint8Array(count * MERKLE_HASH_LENGTH);
  const baseLayer = pieceLayerHeight(metainfo.pieceLength);
  const proofLayers = proofLayersOf({ baseLayer }, treeHeight(file.length));
  let missing = Math.ceil(count / LAYER_HASHES);
  for (let index = 0; index < count; index += LAYER_HASHES) {
    const length = Math.min(LAYER_HASHES, Math.max(2, treeWidth(count - index)));
    requests.want({
      range: { root, baseLayer, index, length, proofLayers },
      proves: root,
      pieces: { first: first + index, last: first + Math.min(count, index + length) - 1 },
      onHashes: (hashes) => {
        layer.set(hashes.subarray(0, layer.length - index * MERKLE_HASH_LENGTH), index * MERKLE_HASH_LENGTH);
        missing--;
        if (missing > 0) return;
        layers.add(file.index, layer, hasher);
        onLayer();
      },
    });
  }
}
