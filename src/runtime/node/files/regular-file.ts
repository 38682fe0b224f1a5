import fs from "node:fs";
import { errorCode, StorageError } from "../../../base/index.ts";
import { storageError } from "../system-error.ts";

/**
 * The flags of every open. With `O_NOCTTY`, a terminal that is opened does not become the controlling terminal of the
 * process. Windows has neither this flag nor `O_NONBLOCK`.
 */
const ALWAYS_FLAGS = fs.constants.O_NOCTTY;

/**
 * The flags of the first attempt to open a file, with which a pipe without a writer does not block the thread. A
 * regular file on which another program has a lease (an NFS delegation, a Samba oplock) then fails with EAGAIN. It is
 * opened again with {@link ALWAYS_FLAGS} alone, which waits until the other program gives up the lease, or the system
 * ends it (`/proc/sys/fs/lease-break-time`, 45 seconds).
 */
const FIRST_FLAGS = ALWAYS_FLAGS | fs.constants.O_NONBLOCK;

/** Opens a path with `flags`, without waiting for the writer of a pipe. */
export function openSafely(
  path: string,
  flags: number,
  callback: (error: NodeJS.ErrnoException | null, fd: number) => void,
): void {
  fs.open(path, flags | FIRST_FLAGS, 0o666, (error, fd) => {
    if (error?.code !== "EAGAIN") {
      callback(error, fd);
      return;
    }
    fs.stat(path, (failure, stat) => {
      if (failure === null && stat.isFile()) fs.open(path, flags | ALWAYS_FLAGS, 0o666, callback);
      else callback(error, fd);
    });
  });
}

/** Opens a file synchronously for reading, without waiting for the writer of a pipe. Throws the system's error. */
function openSafelySync(path: string): number {
  const flags = fs.constants.O_RDONLY;
  try {
    return fs.openSync(path, flags | FIRST_FLAGS);
  } catch (error) {
    if (errorCode(error) !== "EAGAIN" || !fs.statSync(path).isFile()) throw error;
    return fs.openSync(path, flags | ALWAYS_FLAGS);
  }
}

/**
 * Returns the StorageError for an entry that is no regular file: `storage.is-a-folder`, or `storage.not-a-file` for
 * pipes, sockets and devices.
 */
export function notAFile(what: string, path: string, isFolder: boolean): StorageError {
  const [code, reason] = isFolder
    ? ["storage.is-a-folder", "it is a folder"]
    : ["storage.not-a-file", "it is a pipe, a socket or a device, not a file"];
  return new StorageError(code, `cannot ${what} ${path}: ${reason}`, { fields: { path } });
}

/**
 * Throws StorageError and closes `fd` when it is not a regular file. The check is synchronous: that takes a
 * microsecond, while a call on a thread of the pool takes fifty.
 */
export function requireRegular(fd: number, path: string): void {
  let stat: fs.Stats;
  try {
    stat = fs.fstatSync(fd);
  } catch (error) {
    fs.closeSync(fd);
    throw storageError(error, "look at", path);
  }
  if (stat.isFile()) return;
  fs.closeSync(fd);
  throw notAFile("open", path, stat.isDirectory());
}

/** Opens a regular file for reading. Throws StorageError. */
export function openRegularSync(path: string): number {
  let fd: number;
  try {
    fd = openSafelySync(path);
  } catch (error) {
    throw storageError(error, "open", path);
  }
  requireRegular(fd, path);
  return fd;
}

/**
 * Reads a whole regular file synchronously. Throws StorageError, `storage.too-long` when the file is longer than
 * `maxBytes`.
 */
export function readRegularSync(path: string, maxBytes: number): Uint8Array {
  const fd = openRegularSync(path);
  try {
    const { size } = fs.fstatSync(fd);
    if (size > maxBytes)
      throw new StorageError(
        "storage.too-long",
        `cannot read ${path}: its ${size} bytes are more than the ${maxBytes} bytes allowed`,
        { fields: { path } },
      );
    return new Uint8Array(fs.readFileSync(fd));
  } catch (error) {
    throw storageError(error, "read", path);
  } finally {
    fs.closeSync(fd);
  }
}
