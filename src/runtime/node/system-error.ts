import { errorCode, NetworkError, StorageError, toError } from "../../base/index.ts";

const NETWORK: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ["net.refused", "connection refused"],
  ETIMEDOUT: ["net.timeout", "connection timed out"],
  EHOSTUNREACH: ["net.unreachable", "host unreachable"],
  ENETUNREACH: ["net.unreachable", "network unreachable"],
  EADDRNOTAVAIL: ["net.unreachable", "address not available"],
  ECONNRESET: ["net.reset", "connection reset by peer"],
  EPIPE: ["net.reset", "connection closed by peer"],
  EADDRINUSE: ["net.address-in-use", "address already in use: choose another port"],
  EACCES: ["net.denied", "permission denied: ports below 1024 need privileges"],
  EPERM: ["net.denied", "not permitted"],
  ENOTFOUND: ["net.unknown-host", "unknown host"],
  EAI_AGAIN: ["net.unknown-host", "the name server did not reply"],
};

const STORAGE: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ["storage.not-found", "no such file or folder"],
  EACCES: ["storage.denied", "permission denied"],
  EPERM: ["storage.denied", "not permitted"],
  ENOSPC: ["storage.full", "no space left on the disk"],
  EDQUOT: ["storage.full", "disk quota exceeded"],
  EFBIG: ["storage.full", "the file system allows no file this large"],
  EROFS: ["storage.read-only", "the file system is read-only"],
  ENOTDIR: ["storage.not-a-folder", "part of the path is a file, not a folder"],
  EISDIR: ["storage.is-a-folder", "it is a folder"],
  EEXIST: ["storage.exists", "it exists already"],
  ENAMETOOLONG: ["storage.name-too-long", "the name is too long for this file system"],
  EMFILE: ["storage.too-many-files", "too many open files: raise the limit (ulimit -n)"],
  ENFILE: ["storage.too-many-files", "too many open files on this system"],
  EXDEV: ["storage.other-disk", "the two paths are on different disks"],
  ELOOP: ["storage.denied", "too many symbolic links"],
};

/**
 * Codes and messages of system errors that occur while a file is opened. During a read or write the same errors mean
 * that the disk has failed.
 */
const STORAGE_OPEN: Readonly<Record<string, readonly [string, string]>> = {
  ENXIO: ["storage.not-a-file", "it is a pipe, a socket or a device, not a file"],
  ENODEV: ["storage.not-a-file", "it is a pipe, a socket or a device, not a file"],
};

/** Returns a system error of a socket as a NetworkError. `what` begins the message: the operation that failed. */
export function networkError(thrown: unknown, what: string): NetworkError {
  if (thrown instanceof NetworkError) return thrown;
  const [code, reason] = NETWORK[errorCode(thrown) ?? ""] ?? ["net.failed", toError(thrown).message];
  return new NetworkError(code, `${what}: ${reason}`, { cause: thrown });
}

/**
 * Returns a system error of a file as a StorageError. `what` is the operation that failed on `path`, such as `"read"`,
 * for the message; `"open"` when the file was being opened.
 */
export function storageError(thrown: unknown, what: string, path: string): StorageError {
  if (thrown instanceof StorageError) return thrown;
  const name = errorCode(thrown) ?? "";
  const [code, reason] = (what === "open" ? STORAGE_OPEN[name] : undefined) ??
    STORAGE[name] ?? ["storage.failed", toError(thrown).message];
  return new StorageError(code, `cannot ${what} ${path}: ${reason}`, { cause: thrown, fields: { path } });
}
