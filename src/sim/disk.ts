import { utf8, type StorageError } from "../base/index.ts";
import type { Clock, Files, FileStat, OpenFile, OpenMode } from "../runtime/index.ts";
import type { Life } from "./clock.ts";
import type { Space } from "./pages.ts";
import type { SeededRandom } from "./random.ts";
import { refuse, statOf, Tree, type FileNode } from "./tree.ts";

/** A kind of disk operation that a test can make fail. */
export type DiskOperation = "open" | "read" | "write" | "sync" | "stat" | "rename" | "remove" | "list" | "folder";

/**
 * A disk in memory. It can be full, return errors, and lose writes that were not synced. Its files stay when a process
 * ends.
 */
export class SimDisk {
  /** Called before each operation; returns an error to make the operation fail. */
  fault: ((operation: DiskOperation, path: string) => StorageError | undefined) | undefined;
  /** The duration of each operation in milliseconds. */
  latencyMs = 0;
  readonly tree = new Tree();
  readonly #space: Space = { used: 0, capacity: Infinity };

  /** The maximum number of bytes on the disk, in pages of 16 KiB. May be changed at any time. */
  get capacity(): number {
    return this.#space.capacity;
  }

  set capacity(bytes: number) {
    this.#space.capacity = bytes;
  }

  /** The number of bytes allocated. */
  get used(): number {
    return this.#space.used;
  }

  /** Creates a file, and all folders above it, as if it had been synced: a crash does not lose it. */
  put(path: string, bytes: Uint8Array, modifiedMs = 0): void {
    const at = path.lastIndexOf("/");
    const folder = this.tree.makeFolder(path.slice(0, Math.max(0, at)));
    this.tree.file(path)?.pages.free();
    const file = this.tree.makeFile(folder, path.slice(at + 1), this.#space, modifiedMs);
    file.pages.write(bytes, 0, path);
    file.pages.sync();
  }

  /** Creates a symbolic link at `path`. */
  link(path: string, target: string): void {
    const at = path.lastIndexOf("/");
    this.tree.makeFolder(path.slice(0, Math.max(0, at))).entries.set(path.slice(at + 1), { kind: "link", target });
  }

  /** Returns all bytes of a file as a process would read them; `undefined` when there is no such file. */
  get(path: string): Uint8Array | undefined {
    const pages = this.tree.file(path)?.pages;
    if (pages === undefined) return undefined;
    const out = new Uint8Array(pages.size);
    pages.read(out, 0);
    return out;
  }

  /** Paths of all files. */
  paths(): string[] {
    return [...this.tree.files()].map(({ path }) => path);
  }

  /** Simulates a power failure: writes that were not synced may be lost, page by page, at random. */
  crash(random: SeededRandom): void {
    for (const { folder, name, file } of Array.from(this.tree.files()))
      if (!file.pages.crash(random)) folder.entries.delete(name);
  }

  /** Returns the file operations of a process on this disk. */
  files(clock: Clock, life: Life = { isOver: false }): Files {
    return new SimFiles(this, this.#space, clock, life);
  }
}

/** The file operations of one process. It has many public members: those of {@link Files}. */
class SimFiles implements Files {
  readonly #disk: SimDisk;
  readonly #space: Space;
  readonly #clock: Clock;
  readonly #life: Life;

  constructor(disk: SimDisk, space: Space, clock: Clock, life: Life) {
    this.#disk = disk;
    this.#space = space;
    this.#clock = clock;
    this.#life = life;
  }

  open(path: string, mode: OpenMode): Promise<OpenFile> {
    return this.#do("open", path, () => {
      const place = this.#disk.tree.find(path);
      if (place?.folder === undefined) throw refuse(place === undefined ? "not-found" : "is-a-folder", "open", path);
      const { folder, name, node } = place;
      if (node?.kind === "folder") throw refuse("is-a-folder", "open", path);
      if (node !== undefined && mode === "exclusive") throw refuse("exists", "open", path);
      if (node === undefined && mode === "read") throw refuse("not-found", "open", path);
      const file =
        node?.kind === "file" ? node : this.#disk.tree.makeFile(folder, name, this.#space, this.#clock.wallTime());
      return this.#handle(file, path, mode);
    });
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#ifThere(path, () => this.#disk.tree.find(path)?.node);
  }

  linkStat(path: string): Promise<FileStat | undefined> {
    return this.#ifThere(path, () => this.#disk.tree.find(path, false)?.node);
  }

  realPath(path: string): Promise<string | undefined> {
    return this.#do("stat", path, () => {
      const place = this.#look(() => this.#disk.tree.find(path));
      return place?.node === undefined ? undefined : place.real;
    });
  }

  list(folder: string): ReturnType<Files["list"]> {
    return this.#do("list", folder, () => {
      const node = this.#disk.tree.find(folder)?.node;
      if (node?.kind !== "folder") throw refuse(node === undefined ? "not-found" : "not-a-folder", "list", folder);
      return [...node.entries].map(([name, entry]) => ({ name, rawName: utf8(name), kind: entry.kind }));
    });
  }

  makeFolder(path: string): Promise<void> {
    return this.#do("folder", path, () => void this.#disk.tree.makeFolder(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do("rename", from, () => {
      const source = this.#disk.tree.find(from, false);
      const target = this.#disk.tree.find(to, false);
      if (source?.folder === undefined || source.node === undefined || target?.folder === undefined)
        throw refuse("not-found", "rename", from);
      if (target.node?.kind === "file") target.node.pages.free();
      source.folder.entries.delete(source.name);
      target.folder.entries.set(target.name, source.node);
    });
  }

  /** Does nothing, because on this disk a crash loses only the bytes of files and never their names. */
  syncFolder(path: string): Promise<void> {
    return this.#do("sync", path, () => undefined);
  }

  removeFile(path: string): Promise<void> {
    return this.#do("remove", path, () => {
      const place = this.#look(() => this.#disk.tree.find(path, false));
      if (place?.folder === undefined || place.node === undefined) return;
      if (place.node.kind === "folder") throw refuse("is-a-folder", "remove", path);
      if (place.node.kind === "file") place.node.pages.free();
      place.folder.entries.delete(place.name);
    });
  }

  removeEmptyFolder(path: string): Promise<boolean> {
    return this.#do("remove", path, () => {
      const place = this.#look(() => this.#disk.tree.find(path, false));
      if (place?.node?.kind !== "folder" || place.node.entries.size > 0) return false;
      return place.folder?.entries.delete(place.name) === true;
    });
  }

  readAll(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.#do("read", path, () => {
      const node = this.#disk.tree.find(path)?.node;
      if (node?.kind !== "file") throw refuse(node === undefined ? "not-found" : "is-a-folder", "read", path);
      if (node.pages.size > maxBytes) throw refuse("too-long", "read", path);
      const out = new Uint8Array(node.pages.size);
      node.pages.read(out, 0);
      return out;
    });
  }

  replace(path: string, bytes: Uint8Array): Promise<void> {
    return this.#do("write", path, () => {
      const place = this.#disk.tree.find(path);
      if (place?.folder === undefined) throw refuse("not-found", "write", path);
      if (place.node?.kind === "folder") throw refuse("is-a-folder", "write", path);
      const { folder, name, node } = place;
      const file = this.#disk.tree.makeFile(folder, name, this.#space, this.#clock.wallTime());
      try {
        file.pages.write(bytes, 0, path);
      } catch (error) {
        file.pages.free();
        if (node === undefined) folder.entries.delete(name);
        else folder.entries.set(name, node);
        throw error;
      }
      file.pages.sync();
      if (node?.kind === "file") node.pages.free();
    });
  }

  freeSpace(path: string): Promise<number> {
    return this.#do("stat", path, () => Math.max(0, this.#space.capacity - this.#space.used));
  }

  #handle(file: FileNode, path: string, mode: OpenMode): OpenFile {
    const write = (parts: readonly Uint8Array[], position: number): Promise<void> =>
      this.#do("write", path, () => {
        if (mode === "read") throw refuse("denied", "write", path);
        let at = mode === "append" ? file.pages.size : position;
        file.modifiedMs = this.#clock.wallTime();
        for (const part of parts) {
          file.pages.write(part, at, path);
          at += part.length;
        }
      });
    const read = (parts: readonly Uint8Array[], position: number): Promise<number> =>
      this.#do("read", path, () => {
        let done = 0;
        for (const part of parts) done += file.pages.read(part, position + done);
        return done;
      });
    return {
      read: (into, position) => read([into], position),
      readInto: read,
      write: (bytes, position) => write([bytes], position),
      writeFrom: write,
      sync: () => this.#do("sync", path, () => file.pages.sync()),
      truncate: (length) =>
        this.#do("write", path, () => {
          file.modifiedMs = this.#clock.wallTime();
          file.pages.truncate(length);
        }),
      stat: () => this.#do("stat", path, () => statOf(file)),
      close: () => Promise.resolve(),
    };
  }

  #ifThere(
    path: string,
    find: () => FileNode | Parameters<typeof statOf>[0] | undefined,
  ): Promise<FileStat | undefined> {
    return this.#do("stat", path, () => {
      const node = this.#look(find);
      return node === undefined ? undefined : statOf(node);
    });
  }

  /**
   * Runs `find`. Returns `undefined` if it finds nothing, or if a part of the path that should be a folder is a file.
   */
  #look<T>(find: () => T): T | undefined {
    try {
      return find();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "storage.not-a-folder") return undefined;
      throw error;
    }
  }

  async #do<T>(operation: DiskOperation, path: string, run: () => T): Promise<T> {
    if (this.#disk.latencyMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.after(this.#disk.latencyMs, resolve);
      });
    }
    // A process that crashed does nothing more, and gets no event.
    if (this.#life.isOver) await new Promise<never>(() => undefined);
    const fault = this.#disk.fault?.(operation, path);
    if (fault !== undefined) throw fault;
    return run();
  }
}
