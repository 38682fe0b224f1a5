/** The facts of one path. */
export interface FileStat {
  readonly kind: "file" | "folder" | "link" | "other";
  /** The size in bytes. */
  readonly size: number;
  /** Milliseconds since 1970, of the last change of content. */
  readonly modifiedMs: number;
  /** The bytes allocated on disk: less than `size` for a sparse file. */
  readonly allocated: number;
  readonly isExecutable: boolean;
}

/** An open regular file. Its methods reject with StorageError, as those of {@link Files} do. */
export interface OpenFile {
  /** Fills `into` from `position`; resolves to the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Fills each of `into` in turn from `position` with one call; resolves to the bytes read. */
  readInto(into: readonly Uint8Array[], position: number): Promise<number>;
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Writes all of `parts`, one after the other, from `position`. */
  writeFrom(parts: readonly Uint8Array[], position: number): Promise<void>;
  /** Resolves when the data is on the disk itself (fdatasync). */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

/**
 * The mode of an open: `"read"`; `"write"`: read and write, created when missing, never truncated; `"append"`;
 * `"exclusive"`: created, must not exist.
 */
export type OpenMode = "read" | "write" | "append" | "exclusive";

/** Options of {@link Files.readAll}. */
export interface ReadAllOptions {
  /**
   * Whether to read pipes (`<(curl ...)`), terminals and devices to their end as well, for paths that the user gives. A
   * pipe must have a writer within ten seconds, else the read rejects with `storage.not-a-file`. Default: false.
   */
  readonly mayBePipe?: boolean;
}

/** An entry of a folder, as {@link Files.list} returns it. */
export interface FolderEntry {
  readonly name: string;
  /** The name's raw bytes: they may not be UTF-8. */
  readonly rawName: Uint8Array;
  readonly kind: FileStat["kind"];
}

/**
 * Files, as the engine sees them. Paths are absolute, or relative to the process. Every method rejects with
 * StorageError:
 * `storage.not-found`, `storage.denied`, `storage.full`, `storage.read-only`, `storage.not-a-folder`,
 * `storage.is-a-folder`,
 * `storage.not-a-file` (a pipe, a socket, a device), `storage.exists`, `storage.name-too-long`,
 * `storage.too-many-files`, `storage.other-disk`, `storage.failed`; each with the path in its message and fields.
 */
export interface Files {
  /** Opens a regular file. Pipes and devices are refused at once. */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Follows links. `undefined` when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Does not follow a link at the end. */
  linkStat(path: string): Promise<FileStat | undefined>;
  /** Resolves to the path without links; `undefined` when there is nothing. */
  realPath(path: string): Promise<string | undefined>;
  list(folder: string): Promise<FolderEntry[]>;
  /** Creates a folder with all folders above it. Does nothing when the folder exists. */
  makeFolder(path: string): Promise<void>;
  /** Renames a file or folder within one disk. Between two disks it rejects with `storage.other-disk`. */
  rename(from: string, to: string): Promise<void>;
  /** Resolves when the names in a folder are on the disk itself. */
  syncFolder(path: string): Promise<void>;
  /** Removes a file; nothing happens when there is none. */
  removeFile(path: string): Promise<void>;
  /** Removes an empty folder; resolves to whether it did. */
  removeEmptyFolder(path: string): Promise<boolean>;
  /** Resolves to the whole of a file; rejects with `storage.too-long` when it is longer than `maxBytes`. */
  readAll(path: string, maxBytes: number, options?: ReadAllOptions): Promise<Uint8Array>;
  /**
   * Replaces a regular file atomically, or creates it: temporary file, fsync, rename, fsync of the folder. The bytes
   * are on disk when it resolves.
   */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Bytes free for this user on the disk of `path` (or of its nearest folder that exists). */
  freeSpace(path: string): Promise<number>;
}
