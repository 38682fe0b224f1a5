import { equalBytes, StorageError, throwIfAborted, type Bitfield } from "../../base/index.ts";
import type { FileLayout, LayoutFile, Span } from "../../metainfo/index.ts";
import type { FileStat, HashSegment } from "../../runtime/index.ts";
import { FileMaker } from "./file-maker.ts";
import type { FileStorageOptions } from "./file-storage-options.ts";
import { FileWatch } from "./file-watch.ts";
import { MOVE_CHUNK_BYTES } from "../limits.ts";
import { removeFiles } from "./remove-files.ts";
import { SafeFolders } from "./safe-folders.ts";
import { SharedLock } from "./shared-lock.ts";
import { partsLength, sliceParts, type FileStamp, type RemoveOptions, type Storage } from "../storage.ts";
import { isZero } from "../zeros.ts";

/**
 * Stores a torrent in files. A file that exists or is wanted is stored under its own name. The bytes of other files go
 * to the part file, and move to the file when it becomes wanted. It has many public members: those of {@link Storage},
 * and `path`.
 */
export class FileStorage implements Storage {
  readonly #options: FileStorageOptions;
  readonly #layout: FileLayout;
  readonly #folders: SafeFolders;
  readonly #placed: Uint8Array;
  readonly #wanted: Uint8Array;
  /** The paths of files written to since the last `sync`. */
  readonly #dirty = new Set<string>();
  readonly #maker: FileMaker;
  #watch: FileWatch | undefined;
  /**
   * Each write holds this lock as a shared task, and each selection of files as an exclusive one, because a selection
   * changes the files in which bytes are stored.
   */
  readonly #lock = new SharedLock();

  constructor(options: FileStorageOptions) {
    this.#options = options;
    this.#layout = options.layout;
    this.#folders = new SafeFolders(options.files, options.folder, options.ownFolders);
    this.#maker = new FileMaker({
      files: options.files,
      pool: options.pool,
      folders: this.#folders,
      path: (file) => this.path(file),
      written: options.written,
    });
    this.#placed = new Uint8Array(options.layout.files.length).fill(1);
    this.#wanted = new Uint8Array(options.layout.files.length).fill(1);
  }

  /** Returns the path of a file of the torrent on disk. The file need not exist. */
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
      if (file.length === 0) await this.#maker.createEmpty(file);
      else if (this.#options.allocation === "full") await this.#maker.allocate(file, signal);
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
      if (this.#placed[file.index] === 1) await this.#maker.makeReady(file);
      const { path, position } = this.#place(file, span);
      this.#dirty.add(path);
      this.#maker.noteWritten(file);
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
      // The path is removed before the sync: a write during the sync adds it again.
      this.#dirty.delete(path);
      const stat = await files.stat(path).catch((error: unknown) => {
        this.#dirty.add(path);
        throw error;
      });
      if (stat === undefined) {
        // A file whose name was removed is lost when the process closes it.
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
    if (file === undefined || file.isPadding || (!evenUnwritten && !this.#maker.hasWritten(fileIndex))) return false;
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

  async remove(isKept: (fileIndex: number) => boolean = () => false, options: RemoveOptions = {}): Promise<void> {
    await this.close();
    const { files, folder, name, partPath, written } = this.#options;
    await removeFiles({
      files,
      folders: this.#folders,
      layoutFiles: this.#layout.files,
      path: (file) => this.path(file),
      folder,
      name,
      isKept,
      isWritten: (index) => written?.has(index) ?? this.#maker.hasWritten(index),
      options,
    });
    await files.removeFile(partPath);
    this.#maker.forgetAll();
  }

  closeIdle(): Promise<boolean> {
    return this.#options.pool.closeIdle(Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    const paths = this.#layout.files.map((file) => this.path(file));
    await this.#options.pool.release([...paths, this.#options.partPath]);
  }

  /**
   * Whether a file already has these bytes (`parts`) in a range that another torrent has verified; `false` when the
   * file is too short. Rejects with StorageError `storage.shared` when the bytes differ.
   */
  async #isThere(file: LayoutFile, span: Span, parts: readonly Uint8Array[]): Promise<boolean> {
    const path = this.path(file);
    if (((await this.#options.files.stat(path))?.size ?? 0) < span.fileOffset + span.length) return false;
    const there = new Uint8Array(span.length);
    await this.#options.pool.use(path, "read", (open) => open.read(there, span.fileOffset));
    let at = 0;
    for (const part of parts) {
      if (!equalBytes(there.subarray(at, at + part.length), part)) {
        const message = `refusing to write ${path}: another torrent has verified different data in that file; choose another folder, or start again when the other torrent is complete`;
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

  /**
   * Moves the bytes of a file that has become wanted from the part file to the file. Copies all its pieces: blocks that
   * were requested before the file was deselected may have arrived later, and are in the part file. Zeros are not
   * copied: bytes that were never written are read as zeros anyway.
   */
  async #moveFromPart(file: LayoutFile): Promise<void> {
    const { files, pool, partPath } = this.#options;
    const part = await files.stat(partPath);
    if (part === undefined || file.length === 0) return;
    await this.#maker.makeReady(file);
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
      this.#maker.noteWritten(file);
      await pool.use(this.path(file), "write", (open) => open.write(bytes, begin - file.offset));
      this.#dirty.add(this.path(file));
    }
  }

  /**
   * Called when a file was removed or replaced. Closes it, so that the next write opens or creates the file at the path
   * instead of writing to the removed one.
   */
  async #forget(path: string): Promise<void> {
    await this.#options.pool.release([path]);
    for (const file of this.#layout.files) if (this.path(file) === path) this.#maker.forget(file.index);
  }
}

function stampOf(stat: FileStat | undefined): FileStamp | undefined {
  return stat?.kind === "file" ? { size: stat.size, modifiedMs: stat.modifiedMs } : undefined;
}
