import { BLOCK_LENGTH, equalBytes, Gate, RecentMap, toHex } from "../../base/index.ts";
import {
  isInTree,
  merkleLeaves,
  merkleRoot,
  MERKLE_HASH_LENGTH,
  pieceDigest,
  pieceLayerHeight,
  pieceTreeWidth,
  treeHeight,
  TreeLayers,
  uncleCount,
  type LayoutFile,
} from "../../metainfo/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import type { HashRange } from "../../wire/index.ts";
import type { HashPeer } from "./hash-peer.ts";
import {
  KEPT_LEAF_PIECES,
  KEPT_TREES,
  MAX_HASHES,
  MAX_HASHING_PIECES,
  MAX_KEPT_LEAVES,
  MAX_QUEUED_HASH_REQUESTS,
} from "./limits.ts";
import type { SwarmContent } from "../swarm-options.ts";

/** Replies to hash requests of peers (BEP 52): from the piece layers, or for hashes of blocks from the data on disk. */
export class HashServer {
  readonly #content: SwarmContent;
  readonly #hasher: Hasher;
  readonly #files = new Map<string, LayoutFile>();
  readonly #trees = new RecentMap<number, TreeLayers>(KEPT_TREES);
  readonly #leaves = new RecentMap<number, Uint8Array>(KEPT_LEAF_PIECES);
  readonly #gate = new Gate(MAX_HASHING_PIECES);
  readonly #work = new Set<Promise<void>>();
  /** The number of requests of each peer that wait for the disk. */
  readonly #queued = new Map<HashPeer, number>();

  constructor(content: SwarmContent, hasher: Hasher) {
    this.#content = content;
    this.#hasher = hasher;
    for (const file of content.metainfo.files)
      if (file.piecesRoot !== undefined) this.#files.set(toHex(file.piecesRoot), file);
  }

  request(peer: HashPeer, range: HashRange): void {
    const file = this.#files.get(toHex(range.root));
    const { pieceLength } = this.#content.metainfo;
    if (file === undefined || range.length > MAX_HASHES || !isInTree(range, treeHeight(file.length)))
      return reject(peer, range);
    if (range.proofLayers >= treeHeight(file.length) - range.baseLayer) return reject(peer, range);
    const isLong = file.length > pieceLength;
    if (isLong && range.baseLayer >= pieceLayerHeight(pieceLength)) {
      const tree = this.#treeOf(file);
      if (tree === undefined) reject(peer, range);
      else reply(peer, range, tree.hashes(range, range.proofLayers));
      return;
    }
    // Hashes of blocks within one piece; this client knows no layers in between.
    const queued = this.#queued.get(peer) ?? 0;
    const isServed = range.baseLayer === 0 && range.length * BLOCK_LENGTH <= Math.max(pieceLength, 2 * BLOCK_LENGTH);
    if (!isServed || queued >= MAX_QUEUED_HASH_REQUESTS) return reject(peer, range);
    this.#queued.set(peer, queued + 1);
    const work = this.#gate
      .run(() => this.#blockHashes(file, range))
      .catch(() => undefined)
      .then((hashes) => {
        const left = (this.#queued.get(peer) ?? 1) - 1;
        if (left > 0) this.#queued.set(peer, left);
        else this.#queued.delete(peer);
        if (hashes === undefined) reject(peer, range);
        else reply(peer, range, hashes);
      })
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  /** Resolves when all reads have ended, so that files may be closed. */
  async idle(): Promise<void> {
    await Promise.all(this.#work);
  }

  /** Returns the tree above the piece layer of a file; `undefined` while the piece layer is not known. */
  #treeOf(file: LayoutFile): TreeLayers | undefined {
    const { metainfo } = this.#content;
    const kept = this.#trees.get(file.index);
    const layer = metainfo.pieceLayer(file.index);
    if (kept !== undefined || layer === undefined) return kept;
    const tree = new TreeLayers(layer, pieceLayerHeight(metainfo.pieceLength), treeHeight(file.length), this.#hasher);
    this.#trees.set(file.index, tree);
    return tree;
  }

  /** Returns the hashes of blocks and their proof; `undefined` when this client does not have the piece. */
  async #blockHashes(file: LayoutFile, range: HashRange): Promise<Uint8Array | undefined> {
    const { metainfo } = this.#content;
    const width = pieceTreeWidth(metainfo.pieceLength, file.length);
    const inFile = Math.floor(range.index / width);
    const leaves = await this.#leavesOf(file, inFile);
    if (leaves === undefined) return undefined;
    const height = Math.log2(width);
    const inside = uncleCount(range, Math.min(range.proofLayers, height - 1));
    const above = uncleCount(range, range.proofLayers) - inside;
    const tree = new TreeLayers(leaves, 0, height, this.#hasher);
    const own = tree.hashes({ ...range, index: range.index % width }, Math.min(range.proofLayers, height - 1));
    if (above <= 0) return own;
    const upper = this.#treeOf(file);
    if (upper === undefined) return undefined;
    const out = new Uint8Array(own.length + above * MERKLE_HASH_LENGTH);
    out.set(own);
    out.set(upper.uncles(height, inFile, above), own.length);
    return out;
  }

  /**
   * Returns the hashes of the blocks of a file's piece; `undefined` when this client does not have the piece, or when
   * its data is no longer right.
   */
  async #leavesOf(file: LayoutFile, inFile: number): Promise<Uint8Array | undefined> {
    const { metainfo, storage, have } = this.#content;
    const { layout, pieceLength } = metainfo;
    const piece = layout.filePieces(file.index).first + inFile;
    if (!have.get(piece)) return undefined;
    const kept = this.#leaves.get(piece);
    if (kept !== undefined) return kept;
    const offset = layout.pieceOffset(piece);
    const length = Math.min(pieceLength, file.offset + file.length - offset);
    const segments = storage.segments(offset, length);
    let leaves: Uint8Array;
    if (segments === undefined) {
      const data = new Uint8Array(length);
      await storage.read(offset, [data]);
      leaves = merkleLeaves(data, this.#hasher);
    } else {
      const job = { segments, shape: "pieces", algorithm: "sha256", pieceLength: BLOCK_LENGTH } as const;
      leaves = (await this.#hasher.digestFiles(job)).digests;
    }
    const layers = metainfo.layersV2;
    const expected = layers === undefined ? undefined : pieceDigest(layers, layout, piece);
    const root = merkleRoot(leaves, this.#hasher, 0, pieceTreeWidth(pieceLength, file.length));
    if (expected === undefined || !equalBytes(root, expected)) return undefined;
    if (leaves.length <= MAX_KEPT_LEAVES * MERKLE_HASH_LENGTH) this.#leaves.set(piece, leaves);
    return leaves;
  }
}

function rangeOf({ root, baseLayer, index, length, proofLayers }: HashRange): HashRange {
  return { root, baseLayer, index, length, proofLayers };
}

function reply(peer: HashPeer, range: HashRange, hashes: Uint8Array): void {
  if (!peer.isClosed) peer.send({ type: "hashes", ...rangeOf(range), hashes });
}

function reject(peer: HashPeer, range: HashRange): void {
  if (!peer.isClosed) peer.send({ type: "hash-reject", ...rangeOf(range) });
}
