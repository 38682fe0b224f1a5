import { InputError } from "../../base/index.ts";

/** A file as a torrent describes it, without its offset: {@link FileLayout} is built from these. */
export interface FileEntry {
  /**
   * The safe path components of the file on disk. In a torrent of several files they do *not* begin with the torrent's
   * name; a single-file torrent has one file whose path is `[name]`. A component may keep the text of the whole file
   * list in memory: copy the components when few paths of a large torrent are kept for long.
   */
  readonly path: readonly string[];
  /** The length of the file in bytes. */
  readonly length: number;
  /** Whether the file is padding: zeros that align the next file (BEP 47). Padding is never on disk. */
  readonly isPadding: boolean;
  readonly isExecutable: boolean;
  readonly isHidden: boolean;
  /**
   * The target of a symbolic link, as safe components from the torrent's root; `undefined` for other files. A symbolic
   * link has length 0.
   */
  readonly symlinkPath: readonly string[] | undefined;
  /** The root of the file's merkle tree (BEP 52, 32 bytes); `undefined` in v1, and for padding and empty files. */
  readonly piecesRoot: Uint8Array | undefined;
}

/** A file with its index and offset in the torrent. */
export interface LayoutFile extends FileEntry {
  /** The index of the file in {@link FileLayout.files}. */
  readonly index: number;
  /** The offset of the file's first byte from the start of the first piece. */
  readonly offset: number;
}

/** A list of files, or an object that makes them on request. Each index is read once, in ascending order. */
export type FileEntries = Pick<readonly FileEntry[], "length" | "at">;

/** A list of files in which file objects are made only when they are read. No file is padding. */
export interface PlacedFiles {
  /** The number of files. */
  readonly length: number;
  /** Returns the length of a file in bytes. */
  lengthOf(index: number): number;
  /** Returns a file whose first byte is `offset` bytes from the start of the first piece. */
  place(index: number, offset: number): LayoutFile;
}

/** A range of bytes within one file. */
export interface Span {
  readonly fileIndex: number;
  /** The offset of the span in its file. */
  readonly fileOffset: number;
  /** The length of the span in bytes, at least 1. */
  readonly length: number;
}

/** The pieces that contain bytes of a file, both ends included; for an empty file `last` is `first - 1`. */
export interface PieceRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Maps between pieces and files. A torrent's space is all its pieces, one after the other; each file has an offset in
 * it. In v1, files follow each other without gaps (BEP 3; padding files are listed as files). In an `aligned` layout
 * (pure v2, BEP 52) each file begins at a piece boundary; the gap before it belongs to no file, so the last piece of
 * every file may be short.
 *
 * Look-ups are binary searches over the files that are not empty; no memory is used per piece.
 */
export class FileLayout {
  /** The length of a piece in bytes. */
  readonly pieceLength: number;
  readonly pieceCount: number;
  /**
   * The length of the torrent's space in bytes, including padding files and the gaps of an aligned layout. There is no
   * gap after the last file.
   */
  readonly totalLength: number;
  /** The length of all files in bytes, without padding. */
  readonly contentLength: number;
  /** Whether each file begins at a piece boundary without padding files (pure v2). */
  readonly isAligned: boolean;
  /** The offset of each file that is not empty, ascending. */
  readonly #starts: Float64Array;
  /** The index of each file in `#starts`. */
  readonly #indexes: Uint32Array;
  /** The files, made when they are first read: most operations on a large torrent need only the offsets. */
  #files: readonly LayoutFile[] | PlacedFiles;

  /** Throws {@link InputError} `metainfo.size` when the sizes add up beyond 2^53 - 1. */
  constructor(entries: FileEntries | PlacedFiles, pieceLength: number, isAligned = false) {
    this.pieceLength = pieceLength;
    this.isAligned = isAligned;
    const files: LayoutFile[] = [];
    const starts = new Float64Array(entries.length);
    const indexes = new Uint32Array(entries.length);
    let filled = 0;
    let end = 0;
    let content = 0;
    for (let index = 0; index < entries.length; index++) {
      const offset = this.#next(end);
      let length: number;
      if (isPlaced(entries)) {
        length = entries.lengthOf(index);
        content += length;
      } else {
        const entry = entries.at(index);
        if (entry === undefined) continue;
        files.push(withPlace(entry, index, offset));
        length = entry.length;
        if (!entry.isPadding) content += length;
      }
      if (length === 0) continue;
      starts[filled] = offset;
      indexes[filled++] = index;
      end = offset + length;
      if (!Number.isSafeInteger(end))
        throw new InputError("metainfo.size", "the files add up to more than 2^53 - 1 bytes");
    }
    this.#files = isPlaced(entries) ? entries : files;
    this.totalLength = end;
    this.contentLength = content;
    this.pieceCount = Math.ceil(end / pieceLength);
    this.#starts = starts.subarray(0, filled);
    this.#indexes = indexes.subarray(0, filled);
  }

  /** The files, in the torrent's order, including padding files. */
  get files(): readonly LayoutFile[] {
    const files = this.#files;
    if (!isPlaced(files)) return files;
    const made: LayoutFile[] = [];
    let end = 0;
    for (let index = 0; index < files.length; index++) {
      const file = files.place(index, this.#next(end));
      made.push(file);
      if (file.length > 0) end = file.offset + file.length;
    }
    this.#files = made;
    return made;
  }

  /** Returns the layout of a single-file torrent with another path for its file. */
  withOnlyPath(path: readonly string[]): FileLayout {
    const files = this.files.map((file) => ({ ...file, path }));
    return new FileLayout(files, this.pieceLength, this.isAligned);
  }

  /** Returns the offset of a piece from the start of the first piece, in bytes. */
  pieceOffset(index: number): number {
    return index * this.pieceLength;
  }

  /**
   * Returns the length of a piece in bytes: `pieceLength`, except for the last piece (in an aligned layout, the last
   * piece of each file). 0 for an index that is no piece.
   */
  pieceSize(index: number): number {
    if (!(index >= 0 && index < this.pieceCount)) return 0;
    const offset = index * this.pieceLength;
    if (!this.isAligned) return Math.min(this.pieceLength, this.totalLength - offset);
    const file = this.#fileAt(this.#search(offset));
    return file === undefined ? 0 : Math.min(this.pieceLength, file.offset + file.length - offset);
  }

  /**
   * Returns the length of a piece in bytes, in an aligned layout together with the gap after it: libtorrent requests
   * the bytes of gaps, too, also of the one after the last file, and expects zeros. 0 for an index that is no piece.
   */
  paddedPieceSize(index: number): number {
    const size = this.pieceSize(index);
    return this.isAligned && size > 0 ? this.pieceLength : size;
  }

  /**
   * Returns the parts of files that the `length` bytes from `offset` on contain, in order. Gaps of an aligned layout
   * and bytes outside the torrent belong to no file, so the lengths may add up to less.
   */
  spans(offset: number, length: number): Span[] {
    const out: Span[] = [];
    const end = offset + length;
    for (let at = Math.max(0, this.#search(offset)); at < this.#starts.length; at++) {
      const file = this.#fileAt(at);
      if (file === undefined || file.offset >= end) break;
      const from = Math.max(offset, file.offset);
      const to = Math.min(end, file.offset + file.length);
      if (to > from) out.push({ fileIndex: file.index, fileOffset: from - file.offset, length: to - from });
    }
    return out;
  }

  /** Returns the range of pieces that contain bytes of a file. Throws {@link InputError} `metainfo.file-index`. */
  filePieces(fileIndex: number): PieceRange {
    const file = this.files[fileIndex];
    if (file === undefined)
      throw new InputError(
        "metainfo.file-index",
        `there is no file ${fileIndex}: the torrent has ${this.files.length} files`,
      );
    const first = Math.floor(file.offset / this.pieceLength);
    if (file.length === 0) return { first, last: first - 1 };
    return { first, last: Math.floor((file.offset + file.length - 1) / this.pieceLength) };
  }

  /** Returns the indexes of the files (padding included, empty ones not) that have bytes in a piece, ascending. */
  filesOfPiece(index: number): number[] {
    return this.spans(this.pieceOffset(index), this.pieceSize(index)).map((span) => span.fileIndex);
  }

  /** Returns the offset of the next file when the previous file ends at `end`. */
  #next(end: number): number {
    return this.isAligned ? Math.ceil(end / this.pieceLength) * this.pieceLength : end;
  }

  #fileAt(position: number): LayoutFile | undefined {
    const index = this.#indexes[position];
    return index === undefined ? undefined : this.files[index];
  }

  /** Returns the position in `#starts` of the last file that begins at or before `offset`; -1 when there is none. */
  #search(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function isPlaced(files: FileEntries | PlacedFiles): files is PlacedFiles {
  return "lengthOf" in files;
}

/**
 * Returns a file entry with an index and offset added. All results are made by one object literal, so they have the
 * same order of fields, which is fast for torrents of many files.
 */
function withPlace(entry: FileEntry, index: number, offset: number): LayoutFile {
  return {
    index,
    offset,
    path: entry.path,
    length: entry.length,
    isPadding: entry.isPadding,
    isExecutable: entry.isExecutable,
    isHidden: entry.isHidden,
    symlinkPath: entry.symlinkPath,
    piecesRoot: entry.piecesRoot,
  };
}
