/** The kind, size and times of a file or folder. */
export interface FileStat {
  readonly kind: "file" | "folder" | "link" | "other";
  /** The size in bytes. */
  readonly size: number;
  /** The time of the last change of the content, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** The bytes allocated on disk: less than `size` for a sparse file. */
  readonly allocated: number;
  readonly isExecutable: boolean;
}

/** An open regular file. Its methods reject with the StorageErrors listed at {@link Files}. */
export interface OpenFile {
  /**
   * Reads bytes from `position` on into `into`; resolves to the number read, which is smaller only at the end of the
   * file.
   */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Reads bytes from `position` on into each buffer of `into` in order, with one call; resolves to the number read. */
  readInto(into: readonly Uint8Array[], position: number): Promise<number>;
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Writes all of `parts`, one after the other, from `position`. */
  writeFrom(parts: readonly Uint8Array[], position: number): Promise<void>;
  /** Resolves when the data has reached the disk (fdatasync). */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

/**
 * The mode in which a file is opened: `"read"`; `"write"` (read and write; a missing file is created, and nothing is
 * truncated); `"append"`; `"exclusive"` (the file is created and must not exist).
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
 * The file system that the engine uses. Paths are absolute, or relative to the working directory. Every method rejects
 * with StorageError: `storage.not-found`, `storage.denied`, `storage.full`, `storage.read-only`,
 * `storage.not-a-folder`, `storage.is-a-folder`, `storage.not-a-file` (a pipe, a socket, a device), `storage.exists`,
 * `storage.name-too-long`, `storage.too-many-files`, `storage.other-disk`, `storage.failed`; each with the path in its
 * message and fields.
 */
export interface Files {
  /** Opens a regular file. Pipes and devices are refused at once. */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Resolves to the stat of a path; `undefined` when it does not exist. Follows symbolic links. */
  stat(path: string): Promise<FileStat | undefined>;
  /**
   * Resolves to the stat of a path; `undefined` when it does not exist. When the path is a symbolic link, the link
   * itself is described.
   */
  linkStat(path: string): Promise<FileStat | undefined>;
  /** Resolves to the path with all symbolic links resolved; `undefined` when it does not exist. */
  realPath(path: string): Promise<string | undefined>;
  list(folder: string): Promise<FolderEntry[]>;
  /** Creates a folder with all folders above it. Does nothing when the folder exists. */
  makeFolder(path: string): Promise<void>;
  /** Renames a file or folder within one disk. Between two disks it rejects with `storage.other-disk`. */
  rename(from: string, to: string): Promise<void>;
  /** Syncs a folder: resolves when the names of its entries are on the disk. */
  syncFolder(path: string): Promise<void>;
  /** Removes a file; does nothing when it does not exist. */
  removeFile(path: string): Promise<void>;
  /** Removes an empty folder; resolves to whether it was removed. */
  removeEmptyFolder(path: string): Promise<boolean>;
  /** Resolves to the content of a file; rejects with `storage.too-long` when it is longer than `maxBytes`. */
  readAll(path: string, maxBytes: number, options?: ReadAllOptions): Promise<Uint8Array>;
  /**
   * Replaces a regular file atomically, or creates it, by these steps: temporary file, fsync, rename, fsync of the
   * folder. The bytes are on the disk when the promise resolves.
   */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Resolves to the number of bytes that this user may still write to the disk of `path` (if it does not exist: of its
   * nearest existing parent).
   */
  freeSpace(path: string): Promise<number>;
}
