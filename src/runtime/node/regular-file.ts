import fs from "node:fs";
import { StorageError } from "../../base/index.ts";
import { storageError } from "./system-error.ts";

/**
 * Beside the flags of every open: a pipe that nobody writes to does not hold the thread for ever, and a terminal does not become the process's own. Neither
 * makes a difference for regular files; Windows knows neither.
 */
export const SAFE_FLAGS = fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/** A StorageError for what is no regular file: `storage.is-a-folder`, or `storage.not-a-file` for pipes, sockets and devices. */
export function notAFile(what: string, path: string, isFolder: boolean): StorageError {
  const [code, reason] = isFolder ? ["storage.is-a-folder", "it is a folder"] : ["storage.not-a-file", "it is a pipe, a socket or a device, not a file"];
  return new StorageError(code, `cannot ${what} ${path}: ${reason}`, { fields: { path } });
}

/** Throws StorageError, and closes `fd`, unless that is a regular file. Looks at once: that costs a microsecond, and a turn through the threads fifty. */
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
    fd = fs.openSync(path, fs.constants.O_RDONLY | SAFE_FLAGS);
  } catch (error) {
    throw storageError(error, "open", path);
  }
  requireRegular(fd, path);
  return fd;
}

/** The whole of a regular file, at once. Throws StorageError, `storage.too-long` when it is longer than `maxBytes`. */
export function readRegularSync(path: string, maxBytes: number): Uint8Array {
  const fd = openRegularSync(path);
  try {
    const { size } = fs.fstatSync(fd);
    if (size > maxBytes) throw new StorageError("storage.too-long", `cannot read ${path}: its ${size} bytes are more than the ${maxBytes} bytes allowed`, { fields: { path } });
    return new Uint8Array(fs.readFileSync(fd));
  } catch (error) {
    throw storageError(error, "read", path);
  } finally {
    fs.closeSync(fd);
  }
}
