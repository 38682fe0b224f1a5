import { Bitfield } from "../../base/index.ts";
import type { FileLayout, IndexRange, LayoutFile } from "../../metainfo/index.ts";
import { priorityLevel, type Priority } from "../../swarm/index.ts";
import type { AddOptions } from "../options.ts";

/** Returns a file's path within its torrent, with `/` between the parts. */
export function filePath(file: LayoutFile): string {
  return file.path.join("/");
}

/**
 * Returns the initial priority of each file. Padding files have `"skip"`; they are still part of the pieces that other
 * files need.
 */
export function initialPriorities(
  layout: FileLayout,
  options: AddOptions,
  selectOnly: readonly IndexRange[],
): Priority[] {
  const { priorities, select } = options;
  return layout.files.map((file) => {
    if (file.isPadding) return "skip";
    if (priorities !== undefined) return priorities(file, filePath(file));
    if (select !== undefined) return select(file, filePath(file)) ? "normal" : "skip";
    if (selectOnly.length === 0) return "normal";
    return selectOnly.some(({ first, last }) => file.index >= first && file.index <= last) ? "normal" : "skip";
  });
}

/** Returns the priority of each piece: the highest of the files in it. */
export function piecePriorities(layout: FileLayout, priorities: readonly Priority[]): Priority[] {
  const out: Priority[] = Array.from({ length: layout.pieceCount }, () => "skip");
  for (const file of layout.files) {
    const priority = priorities[file.index] ?? "normal";
    if (priority === "skip") continue;
    const { first, last } = layout.filePieces(file.index);
    for (let piece = first; piece <= last; piece++) {
      if (priorityLevel(priority) > priorityLevel(out[piece] ?? "skip")) out[piece] = priority;
    }
  }
  return out;
}

/** Returns the pieces with a priority other than `"skip"`. */
export function wantedPieces(priorities: readonly Priority[]): Bitfield {
  const out = new Bitfield(priorities.length);
  priorities.forEach((priority, piece) => {
    if (priority !== "skip") out.set(piece);
  });
  return out;
}

/** Returns the number of bytes in the given pieces. */
export function pieceBytes(layout: FileLayout, pieces: Bitfield): number {
  const last = layout.pieceCount - 1;
  if (!layout.isAligned)
    return pieces.count * layout.pieceLength - (pieces.get(last) ? layout.pieceLength - layout.pieceSize(last) : 0);
  let bytes = 0;
  for (const piece of pieces.ones()) bytes += layout.pieceSize(piece);
  return bytes;
}

/** Returns the number of bytes of a file that are in the given pieces. */
export function fileBytes(layout: FileLayout, file: LayoutFile, pieces: Bitfield): number {
  const { first, last } = layout.filePieces(file.index);
  let bytes = 0;
  for (let piece = first; piece <= last; piece++) {
    if (!pieces.get(piece)) continue;
    const begin = Math.max(file.offset, layout.pieceOffset(piece));
    bytes += Math.min(file.offset + file.length, layout.pieceOffset(piece) + layout.pieceLength) - begin;
  }
  return bytes;
}

/** The priorities of a torrent's files and pieces, and how many of the wanted bytes are present. */
export class Selection {
  readonly layout: FileLayout;
  #files: Priority[];
  #pieces: Priority[];
  #wanted: Bitfield;
  #wantedBytes = 0;
  #doneBytes = 0;
  #haveBytes = 0;
  #have: Bitfield;

  constructor(layout: FileLayout, options: AddOptions, selectOnly: readonly IndexRange[]) {
    this.layout = layout;
    this.#files = initialPriorities(layout, options, selectOnly);
    this.#pieces = piecePriorities(layout, this.#files);
    this.#wanted = wantedPieces(this.#pieces);
    this.#have = new Bitfield(layout.pieceCount);
    this.#count();
  }

  /** The priority of each file. */
  get priorities(): readonly Priority[] {
    return this.#files;
  }

  /** Returns the priority of each piece. */
  pieces(): readonly Priority[] {
    return this.#pieces;
  }

  isWanted(fileIndex: number): boolean {
    return this.#files[fileIndex] !== "skip";
  }

  change(changes: ReadonlyMap<number, Priority>): void {
    this.#files = this.#files.map((priority, index) =>
      this.layout.files[index]?.isPadding === true ? "skip" : (changes.get(index) ?? priority),
    );
    this.#pieces = piecePriorities(this.layout, this.#files);
    this.#wanted = wantedPieces(this.#pieces);
    this.#count();
  }

  /** Sets the bitfield of valid pieces, which the caller updates later, and counts the bytes of these pieces. */
  setHave(have: Bitfield): void {
    this.#have = have;
    this.#count();
  }

  /** Counts the bytes again after the caller has removed pieces from the bitfield. */
  recount(): void {
    this.#count();
  }

  /** The valid pieces: up to date while the torrent runs, otherwise those that were valid when last known. */
  get have(): Bitfield {
    return this.#have;
  }

  /** Counts the bytes of a piece that the caller has added to the bitfield. */
  onPiece(piece: number): void {
    const size = this.layout.pieceSize(piece);
    this.#haveBytes += size;
    if (this.#wanted.get(piece)) this.#doneBytes += size;
  }

  /** The number of bytes in wanted pieces. */
  get wantedBytes(): number {
    return this.#wantedBytes;
  }

  /** The number of bytes in wanted pieces that are valid. */
  get doneBytes(): number {
    return this.#doneBytes;
  }

  /** The number of bytes missing from the whole torrent, not only from wanted files. */
  get left(): number {
    return this.layout.totalLength - this.#haveBytes;
  }

  #count(): void {
    this.#wantedBytes = pieceBytes(this.layout, this.#wanted);
    this.#haveBytes = pieceBytes(this.layout, this.#have);
    this.#doneBytes = pieceBytes(this.layout, this.#wanted.and(this.#have));
  }
}
