import { type Bitfield, type InfoHash, parentPath, UsageError } from "../base/index.ts";
import type { FileLayout, LayoutFile, Metainfo } from "../metainfo/index.ts";

/** A torrent and the path of its data. */
export interface Claim {
  readonly infoHash: InfoHash;
  readonly folder: string;
  readonly metainfo: Metainfo;
  /** Returns the pieces of the torrent that are verified now; `undefined` while they are not known. */
  readonly have: () => Bitfield | undefined;
}

/**
 * A file that two torrents have in common, as recorded for one of them: the other torrent, and the index of the file in
 * it.
 */
interface Share {
  readonly other: Placed;
  readonly file: LayoutFile;
}

interface Placed extends Claim {
  /** Torrents with data in the same folder, in a folder above it or in one below it. */
  readonly neighbours: Set<Placed>;
  /** By file index, the files of other torrents that are the same file on the disk. */
  readonly shares: Map<number, Share[]>;
  /** Whether the torrent's data is being deleted: then other torrents may delete files that they share with it. */
  isLeaving: boolean;
}

/**
 * The registered paths of all torrents' data. Two torrents may have files in common when the lengths agree; neither
 * changes data that the other has verified.
 */
export class Places {
  /** Torrents by the path of their file or folder. */
  readonly #byTop = new Map<string, Set<Placed>>();
  /** Torrents by their download folder and by each folder above it. */
  readonly #below = new Map<string, Set<Placed>>();
  readonly #byId = new Map<string, Placed[]>();

  /**
   * Registers the path of a torrent's data. Throws UsageError `client.path-in-use` when another torrent has files there
   * that do not agree with the torrent's own.
   */
  add(claim: Claim): void {
    const top = topOf(claim);
    const placed: Placed = { ...claim, neighbours: new Set(), shares: new Map(), isLeaving: false };
    const found: {
      readonly other: Placed;
      readonly shared: readonly (readonly [mine: LayoutFile, its: LayoutFile])[];
    }[] = [];
    for (const other of this.#near(top, claim.folder)) {
      if (!other.infoHash.equals(claim.infoHash)) found.push({ other, shared: sharedFiles(claim, other) });
    }
    for (const { other, shared } of found) {
      placed.neighbours.add(other);
      other.neighbours.add(placed);
      for (const [mine, its] of shared) {
        addTo(placed.shares, mine.index, { other, file: its });
        addTo(other.shares, its.index, { other: placed, file: mine });
      }
    }
    put(this.#byTop, top, placed);
    for (const folder of upwards(claim.folder)) put(this.#below, folder, placed);
    addTo(this.#byId, claim.infoHash.hex, placed);
  }

  /** Removes all registered paths of a torrent except the one in use. */
  keepOnly(
    infoHash: InfoHash,
    { folder, metainfo }: { readonly folder: string; readonly metainfo: Metainfo | undefined },
  ): void {
    this.#release(infoHash, metainfo === undefined ? undefined : topOf({ folder, metainfo }));
  }

  /**
   * Called before a torrent's data is deleted. Its paths stay registered until {@link Places.remove}, but other
   * torrents may delete files that they share with it.
   */
  leave(infoHash: InfoHash): void {
    for (const placed of this.#byId.get(infoHash.hex) ?? []) placed.isLeaving = true;
  }

  /** Removes all registered paths of a torrent. */
  remove(infoHash: InfoHash): void {
    this.#release(infoHash, undefined);
  }

  /**
   * Whether another torrent has data in, above or below the torrent's present path, so that the torrent cannot be moved
   * or renamed.
   */
  hasNeighbours(
    infoHash: InfoHash,
    { folder, metainfo }: { readonly folder: string; readonly metainfo: Metainfo | undefined },
  ): boolean {
    if (metainfo === undefined) return false;
    const top = topOf({ folder, metainfo });
    return this.#byId.get(infoHash.hex)?.some((placed) => placed.neighbours.size > 0 && topOf(placed) === top) === true;
  }

  /** Whether another torrent, whose data is not being deleted, has the file as well. */
  isShared(infoHash: InfoHash, fileIndex: number): boolean {
    return this.#sharers(infoHash, fileIndex).length > 0;
  }

  /**
   * Returns a function that returns whether another torrent has verified, or may have verified, the given bytes of a
   * file.
   */
  guard(infoHash: InfoHash): (fileIndex: number, offset: number, length: number) => boolean {
    return (fileIndex, offset, length) => this.#isProtected(infoHash, fileIndex, offset, length);
  }

  /** Removes all registered paths of a torrent except the path `kept`. */
  #release(infoHash: InfoHash, kept: string | undefined): void {
    const all = this.#byId.get(infoHash.hex) ?? [];
    const left = all.filter((placed) => topOf(placed) === kept);
    if (left.length === 0) this.#byId.delete(infoHash.hex);
    else this.#byId.set(infoHash.hex, left);
    for (const placed of all) {
      if (left.includes(placed)) continue;
      takeOut(this.#byTop, topOf(placed), placed);
      for (const folder of upwards(placed.folder)) takeOut(this.#below, folder, placed);
      for (const other of placed.neighbours) {
        other.neighbours.delete(placed);
        for (const [index, shares] of other.shares) {
          const rest = shares.filter((share) => share.other !== placed);
          if (rest.length === 0) other.shares.delete(index);
          else other.shares.set(index, rest);
        }
      }
    }
  }

  #isProtected(infoHash: InfoHash, fileIndex: number, offset: number, length: number): boolean {
    return this.#sharers(infoHash, fileIndex).some(({ other, file }) =>
      hasAny(other.metainfo.layout, other.have(), file.offset + offset, length),
    );
  }

  #sharers(infoHash: InfoHash, fileIndex: number): Share[] {
    const placed = this.#byId.get(infoHash.hex) ?? [];
    return placed.flatMap(({ shares }) => shares.get(fileIndex) ?? []).filter(({ other }) => !other.isLeaving);
  }

  /** Yields the torrents whose data is at, above or below the path `top`. */
  *#near(top: string, folder: string): Generator<Placed> {
    yield* this.#byTop.get(top) ?? [];
    for (const at of upwards(folder)) yield* this.#byTop.get(at) ?? [];
    yield* this.#below.get(top) ?? [];
  }
}

/** Returns the error for a torrent that cannot be moved or renamed because another torrent has data among its files. */
export function pathShared(name: string): UsageError {
  return new UsageError(
    "client.path-shared",
    `${name} cannot be moved or renamed: another torrent has data among its files; remove that one first, or move the files by hand and set the folder of both`,
  );
}

function topOf({ folder, metainfo }: Pick<Claim, "folder" | "metainfo">): string {
  return `${folder}/${metainfo.name}`;
}

function pathOf({ folder, metainfo }: Claim, file: LayoutFile): string {
  return `${metainfo.isSingleFile ? folder : `${folder}/${metainfo.name}`}/${file.path.join("/")}`;
}

/**
 * Returns the pairs of files of two torrents that have the same path. Throws UsageError `client.path-in-use` when the
 * lengths of a pair differ, or when a file of one torrent is a folder of the other.
 */
function sharedFiles(mine: Claim, other: Claim): (readonly [LayoutFile, LayoutFile])[] {
  const its = new Map<string, LayoutFile>();
  const folders = new Set<string>();
  for (const file of other.metainfo.files) {
    if (file.isPadding) continue;
    const path = pathOf(other, file);
    its.set(path, file);
    for (let at = parentPath(path); at.length > other.folder.length; at = parentPath(at)) folders.add(at);
  }
  const out: (readonly [LayoutFile, LayoutFile])[] = [];
  for (const file of mine.metainfo.files) {
    if (file.isPadding) continue;
    const path = pathOf(mine, file);
    const same = its.get(path);
    if ((same !== undefined && same.length !== file.length) || folders.has(path)) throw inUse(path, other);
    if (same !== undefined && file.length > 0) out.push([file, same]);
    for (let at = parentPath(path); at.length > mine.folder.length; at = parentPath(at))
      if (its.has(at)) throw inUse(at, other);
  }
  return out;
}

function inUse(path: string, { infoHash }: Claim): UsageError {
  return new UsageError(
    "client.path-in-use",
    `${path} belongs to torrent ${infoHash.hex}, which has a different file there: choose another folder`,
    { fields: { path } },
  );
}

/** Whether any piece with some of these bytes is valid. Also true when it is not known which pieces are valid. */
function hasAny(layout: FileLayout, have: Bitfield | undefined, offset: number, length: number): boolean {
  if (have === undefined) return true;
  const last = Math.floor((offset + length - 1) / layout.pieceLength);
  for (let piece = Math.floor(offset / layout.pieceLength); piece <= last; piece++) if (have.get(piece)) return true;
  return false;
}

/** Yields a folder and its parent folders, except the root. */
function* upwards(folder: string): Generator<string> {
  for (let at = folder; ;) {
    yield at;
    const above = parentPath(at);
    // Every torrent would be below the root.
    if (above === "/" || above === ".") return;
    at = above;
  }
}

function addTo<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function put<Value>(map: Map<string, Set<Value>>, key: string, value: Value): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

function takeOut<Value>(map: Map<string, Set<Value>>, key: string, value: Value): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}
