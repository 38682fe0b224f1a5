import { equalBytes, StorageError, throwIfAborted, type Bitfield } from "../../base/index.ts";
import type { FileLayout, LayoutFile, Span } from "../../metainfo/index.ts";
import type { Clock, Files, FileStat, HashSegment } from "../../runtime/index.ts";
import type { FilePool } from "./file-pool.ts";
import { FileWatch } from "./file-watch.ts";
import { ALLOCATE_CHUNK_BYTES, MOVE_CHUNK_BYTES } from "../limits.ts";
import { SafeFolders } from "./safe-folders.ts";
import { SharedLock } from "./shared-lock.ts";
import { partsLength, sliceParts, type FileStamp, type RemoveOptions, type Storage } from "../storage.ts";
import { isZero } from "../zeros.ts";

export interface FileStorageOptions {
  readonly files: Files;
  readonly pool: FilePool;
  readonly layout: FileLayout;
  /** The download folder: nothing is written outside it. */
  readonly folder: string;
  /** The torrent's own folder below it; `undefined` for a torrent of one file. */
  readonly name: string | undefined;
  /** Keeps bytes of unwanted files that wanted pieces contain: a sparse file, addressed like the torrent. */
  readonly partPath: string;
  /** `"sparse"` (default) sets the size and lets blocks be allocated as they come; `"full"` writes zeros first. */
  readonly allocation?: "sparse" | "full";
  /** Folders of the program's own, in which no file of a torrent may be. Default: none. */
  readonly ownFolders?: readonly string[] | undefined;
  /**
   * Whether bytes of a file are what another torrent has verified: a write that would change them rejects with
   * `storage.shared`. Default: none are.
   */
  readonly isProtected?: ((fileIndex: number, offset: number, length: number) => boolean) | undefined;
  /**
   * Files that were ever written to, by index, for who makes several storages of one torrent's files, one after the
   * other: what {@link FileStorage.remove} goes by. Default: this one's.
   */
  readonly written?: Set<number> | undefined;
  /** Needed by {@link FileStorage.watch}. */
  readonly clock?: Clock | undefined;
}

/**
 * A torrent in files. A file is *placed* when it exists under its own name, or is wanted; the bytes of other files go
 * to the part file, and move over when the file becomes wanted. Once placed, a file stays so.
 */
export class FileStorage implements Storage {
  readonly #options: FileStorageOptions;
  readonly #layout: FileLayout;
  readonly #folders: SafeFolders;
  readonly #placed: Uint8Array;
  readonly #wanted: Uint8Array;
  /** Whether a file has its final size and its folder is known to be safe. */
  readonly #ready = new Map<number, Promise<void>>();
  /** Files written to since they were last synchronised. */
  readonly #dirty = new Set<string>();
  /** Files that this storage wrote to, made longer, or made: what may be cut. */
  readonly #written = new Set<number>();
  #watch: FileWatch | undefined;
  /** A selection changes where bytes go, which must not happen in the middle of a write: writes share it. */
  readonly #lock = new SharedLock();

  constructor(options: FileStorageOptions) {
    this.#options = options;
    this.#layout = options.layout;
    this.#folders = new SafeFolders(options.files, options.folder, options.ownFolders);
    this.#placed = new Uint8Array(options.layout.files.length).fill(1);
    this.#wanted = new Uint8Array(options.layout.files.length).fill(1);
  }

  /** Where a file of the torrent is, or would be. */
  path(file: LayoutFile): string {
    const { folder, name } = this.#options;
    return name === undefined ? `${folder}/${file.path.join("/")}` : `${folder}/${name}/${file.path.join("/")}`;
  }

  select(isWanted: (fileIndex: number) => boolean): Promise<void> {
    return this.#lock.exclusive(() => this.#select(isWanted));
  }

  async #select(isWanted: (fileIndex: number) => boolean): Promise<void> {
    for (const file of this.#layout.files) {
      if (file.isPadding) continue;
      const wanted = isWanted(file.index);
      this.#wanted[file.index] = wanted ? 1 : 0;
      const placed = wanted || (await this.#options.files.stat(this.path(file))) !== undefined;
      if (placed && this.#placed[file.index] === 0) await this.#moveFromPart(file);
      this.#placed[file.index] = placed ? 1 : 0;
    }
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    for (const file of this.#layout.files) {
      throwIfAborted(signal);
      if (this.#wanted[file.index] === 0 || file.isPadding || file.symlinkPath !== undefined) continue;
      if (file.length === 0) await this.#createEmpty(file);
      else if (this.#options.allocation === "full") await this.#allocate(file, signal);
    }
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    let done = 0;
    for (const span of this.#layout.spans(offset, partsLength(into))) {
      const file = this.#file(span);
      const parts = sliceParts(into, done, span.length);
      done += span.length;
      if (file.isPadding) {
        for (const part of parts) part.fill(0);
        continue;
      }
      const { path, position } = this.#place(file, span);
      const look = this.#watch?.look(file.index, path);
      if (look !== undefined) await look;
      const count = await this.#options.pool.use(path, "read", (open) => {
        const only = parts[0];
        return parts.length === 1 && only !== undefined ? open.read(only, position) : open.readInto(parts, position);
      });
      if (count < span.length) {
        throw new StorageError("storage.short", `cannot read ${path}: it ends ${span.length - count} bytes too early`, {
          fields: { path, file: file.index },
        });
      }
    }
  }

  write(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    return this.#lock.shared(() => this.#write(offset, parts));
  }

  async #write(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    let done = 0;
    for (const span of this.#layout.spans(offset, partsLength(parts))) {
      const file = this.#file(span);
      const slice = sliceParts(parts, done, span.length);
      done += span.length;
      if (file.isPadding) continue;
      const isShared =
        this.#placed[file.index] === 1 &&
        this.#options.isProtected?.(file.index, span.fileOffset, span.length) === true;
      if (isShared && (await this.#isThere(file, span, slice))) continue;
      if (this.#placed[file.index] === 1) await this.#makeReady(file);
      const { path, position } = this.#place(file, span);
      this.#dirty.add(path);
      this.#noteWritten(file);
      this.#watch?.forget(file.index);
      await this.#options.pool.use(path, "write", (open) => {
        const only = slice[0];
        return slice.length === 1 && only !== undefined ? open.write(only, position) : open.writeFrom(slice, position);
      });
    }
  }

  async sync(): Promise<void> {
    const { files, pool } = this.#options;
    for (const path of this.#dirty) {
      // Taken out first: what is written from now on is for the next time.
      this.#dirty.delete(path);
      const stat = await files.stat(path).catch((error: unknown) => {
        this.#dirty.add(path);
        throw error;
      });
      if (stat === undefined) {
        // Data written to an open file whose name was removed would be gone with the process.
        await this.#forget(path);
        throw new StorageError(
          "storage.vanished",
          `${path} was removed while it was being written; check the data again`,
          { fields: { path } },
        );
      }
      try {
        await pool.use(path, "write", (open) => open.sync());
      } catch (error) {
        this.#dirty.add(path);
        throw error;
      }
    }
  }

  segments(offset: number, length: number): HashSegment[] {
    const out: HashSegment[] = [];
    for (const span of this.#layout.spans(offset, length)) {
      const file = this.#file(span);
      if (file.isPadding) out.push({ path: undefined, offset: 0, length: span.length });
      else {
        const { path, position } = this.#place(file, span);
        out.push({ path, offset: position, length: span.length });
      }
    }
    return out;
  }

  async stamps(): Promise<(FileStamp | undefined)[]> {
    const out: (FileStamp | undefined)[] = [];
    for (const file of this.#layout.files) {
      const stat = file.isPadding || file.length === 0 ? undefined : await this.#options.files.stat(this.path(file));
      out.push(stampOf(stat));
    }
    out.push(stampOf(await this.#options.files.stat(this.#options.partPath)));
    return out;
  }

  watch(stamps: readonly (FileStamp | undefined)[], pieces: Bitfield): void {
    const { files, clock } = this.#options;
    if (clock === undefined) return;
    for (const file of this.#layout.files) {
      const stamp = stamps[file.index];
      if (stamp === undefined || !this.#isWhole(file, pieces)) continue;
      this.#watch ??= new FileWatch(files, clock, this.#layout.files.length);
      this.#watch.expect(file.index, stamp);
    }
  }

  async reopen(fileIndex: number): Promise<void> {
    const file = this.#layout.files[fileIndex];
    if (file === undefined) return;
    const path = this.path(file);
    await this.#forget(path);
    const stamp = stampOf(await this.#options.files.stat(path));
    if (stamp !== undefined) this.#watch?.expect(fileIndex, stamp);
  }

  async cut(fileIndex: number, evenUnwritten: boolean): Promise<boolean> {
    const file = this.#layout.files[fileIndex];
    if (file === undefined || file.isPadding || (!evenUnwritten && !this.#written.has(fileIndex))) return false;
    const path = this.path(file);
    await this.#folders.check(path);
    await this.#options.pool.use(path, "write", async (open) => {
      await open.truncate(file.length);
      await open.sync();
    });
    return true;
  }

  async hasData(): Promise<boolean> {
    if ((await this.#options.files.stat(this.#options.partPath)) !== undefined) return true;
    if (
      this.#options.name !== undefined &&
      (await this.#options.files.stat(`${this.#options.folder}/${this.#options.name}`)) === undefined
    )
      return false;
    for (const file of this.#layout.files) {
      if (file.isPadding || file.length === 0) continue;
      if ((await this.#options.files.stat(this.path(file))) !== undefined) return true;
    }
    return false;
  }

  async remove(
    isKept: (fileIndex: number) => boolean = () => false,
    { isKnown, onLeft }: RemoveOptions = {},
  ): Promise<void> {
    await this.close();
    const { files, folder, name, partPath, written = this.#written } = this.#options;
    const folders = new Set<string>();
    const left: string[] = [];
    for (const file of this.#layout.files) {
      if (file.isPadding || file.symlinkPath !== undefined || isKept(file.index)) continue;
      const path = this.path(file);
      await this.#folders.check(path);
      const stat = await files.stat(path);
      // Another torrent may have been given the file just now.
      if (isKept(file.index)) continue;
      // Its length is no proof: another program's file may have the same.
      const isOurs =
        stat?.kind === "file" &&
        (stat.size + file.length === 0 || written.has(file.index) || isKnown?.(file.index, stat.size) === true);
      if (stat === undefined || isOurs) await files.removeFile(path);
      else left.push(path);
      if (name === undefined) continue;
      for (let depth = file.path.length - 1; depth >= 0; depth--)
        folders.add([folder, name, ...file.path.slice(0, depth)].join("/"));
    }
    await files.removeFile(partPath);
    // Deepest first; a folder in which the user keeps something else stays.
    for (const path of [...folders].sort((a, b) => b.length - a.length)) await files.removeEmptyFolder(path);
    this.#ready.clear();
    if (left.length > 0) onLeft?.(notOurs(left));
  }

  closeIdle(): Promise<boolean> {
    return this.#options.pool.closeIdle(Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    const paths = this.#layout.files.map((file) => this.path(file));
    await this.#options.pool.release([...paths, this.#options.partPath]);
  }

  /**
   * Whether bytes that are protected are these already; `false` when there is nothing yet. Rejects with StorageError
   * `storage.shared` when they are others.
   */
  async #isThere(file: LayoutFile, span: Span, parts: readonly Uint8Array[]): Promise<boolean> {
    const path = this.path(file);
    if (((await this.#options.files.stat(path))?.size ?? 0) < span.fileOffset + span.length) return false;
    const there = new Uint8Array(span.length);
    await this.#options.pool.use(path, "read", (open) => open.read(there, span.fileOffset));
    let at = 0;
    for (const part of parts) {
      if (!equalBytes(there.subarray(at, at + part.length), part)) {
        const message = `refusing to write ${path}: another torrent has that file, and other bytes in it; choose another folder, or begin again when that one is complete`;
        throw new StorageError("storage.shared", message, { fields: { path } });
      }
      at += part.length;
    }
    return true;
  }

  #isWhole(file: LayoutFile, pieces: Bitfield): boolean {
    if (file.isPadding || file.length === 0 || file.symlinkPath !== undefined) return false;
    const { first, last } = this.#layout.filePieces(file.index);
    for (let piece = first; piece <= last; piece++) if (!pieces.get(piece)) return false;
    return true;
  }

  #file(span: Span): LayoutFile {
    const file = this.#layout.files[span.fileIndex];
    if (file === undefined) throw new StorageError("storage.failed", `no file ${span.fileIndex} in the torrent`);
    return file;
  }

  #place(file: LayoutFile, span: Span): { readonly path: string; readonly position: number } {
    if (this.#placed[file.index] === 1) return { path: this.path(file), position: span.fileOffset };
    return { path: this.#options.partPath, position: file.offset + span.fileOffset };
  }

  #noteWritten(file: LayoutFile): void {
    this.#written.add(file.index);
    this.#options.written?.add(file.index);
  }

  #makeReady(file: LayoutFile): Promise<void> {
    let ready = this.#ready.get(file.index);
    if (ready === undefined) {
      ready = this.#create(file);
      this.#ready.set(file.index, ready);
      ready.catch(() => this.#ready.delete(file.index));
    }
    return ready;
  }

  async #create(file: LayoutFile): Promise<void> {
    const path = this.path(file);
    await this.#folders.make(path);
    await this.#options.pool.use(path, "write", async (open) => {
      const { size } = await open.stat();
      // What lies beyond its end is cut when it is complete, not before: it may be somebody's file after all.
      if (size >= file.length) return;
      this.#noteWritten(file);
      await open.truncate(file.length);
    });
  }

  async #createEmpty(file: LayoutFile): Promise<void> {
    const { files, pool } = this.#options;
    const path = this.path(file);
    if ((await files.stat(path)) !== undefined) return;
    await this.#folders.make(path);
    await pool.use(path, "write", () => Promise.resolve());
    await pool.release([path]);
  }

  async #allocate(file: LayoutFile, signal: AbortSignal | undefined): Promise<void> {
    const path = this.path(file);
    await this.#folders.make(path);
    await this.#options.pool.use(path, "write", async (open) => {
      const zeros = new Uint8Array(Math.min(file.length, ALLOCATE_CHUNK_BYTES));
      for (let at = (await open.stat()).size; at < file.length; at += zeros.length) {
        throwIfAborted(signal);
        this.#noteWritten(file);
        await open.write(zeros.subarray(0, Math.min(zeros.length, file.length - at)), at);
      }
    });
  }

  /**
   * A file becomes wanted: what the part file holds of it moves to its own place. That may be any of its pieces: those
   * that were asked for before it was deselected have come since. Zeros need no move: the file has them already where
   * nothing was written.
   */
  async #moveFromPart(file: LayoutFile): Promise<void> {
    const { files, pool, partPath } = this.#options;
    const part = await files.stat(partPath);
    if (part === undefined || file.length === 0) return;
    await this.#makeReady(file);
    const end = Math.min(file.offset + file.length, part.size);
    const chunk = new Uint8Array(Math.min(file.length, MOVE_CHUNK_BYTES));
    for (let begin = file.offset; begin < end; begin += chunk.length) {
      const bytes = chunk.subarray(0, Math.min(chunk.length, end - begin));
      await pool.use(partPath, "read", (open) => open.read(bytes, begin));
      if (isZero(bytes)) continue;
      const span: Span = { fileIndex: file.index, fileOffset: begin - file.offset, length: bytes.length };
      if (
        this.#options.isProtected?.(file.index, span.fileOffset, span.length) === true &&
        (await this.#isThere(file, span, [bytes]))
      )
        continue;
      this.#noteWritten(file);
      await pool.use(this.path(file), "write", (open) => open.write(bytes, begin - file.offset));
      this.#dirty.add(this.path(file));
    }
  }

  /** A file is gone: the next write creates it again instead of going to an inode without a name. */
  async #forget(path: string): Promise<void> {
    await this.#options.pool.release([path]);
    for (const file of this.#layout.files) if (this.path(file) === path) this.#ready.delete(file.index);
  }
}

/** The error of files that a removal leaves where they are. */
function notOurs(paths: readonly string[]): StorageError {
  const [first = ""] = paths;
  const what =
    paths.length === 1 ? `${first} was left as it is` : `${first} and ${paths.length - 1} more were left as they are`;
  return new StorageError("storage.not-ours", `${what}: nothing of the torrent is known to be there`, {
    fields: { path: first, files: paths.length },
  });
}

function stampOf(stat: FileStat | undefined): FileStamp | undefined {
  return stat?.kind === "file" ? { size: stat.size, modifiedMs: stat.modifiedMs } : undefined;
}
