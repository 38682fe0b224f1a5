/** Further facts about an error, safe to print and to serialise. */
export type ErrorFields = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>;

/** The cause and the fields of a {@link MillraceError}. */
export interface MillraceErrorOptions {
  readonly cause?: unknown;
  readonly fields?: ErrorFields;
}

/**
 * The base class of every error that Millrace throws. `code` is stable and meant for programs (`"bencode.depth"`,
 * `"tracker.timeout"`, `"storage.full"`); `message` is one line for people: what failed, on what, why, and what to do.
 *
 * Each family has a subclass, so that a caller can tell retry from ban from give up:
 * {@link InputError} (this input will never work), {@link PeerError} (drop the peer), {@link TrackerError} (retry later
 * or elsewhere), {@link StorageError} (pause), {@link NetworkError} (retry), {@link UsageError} (the caller's mistake),
 * {@link AbortError} (the caller asked for it).
 */
export class MillraceError extends Error {
  override readonly name: string = "MillraceError";
  readonly code: string;
  readonly fields: ErrorFields;

  constructor(code: string, message: string, options: MillraceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
  }
}

/** Thrown for bytes or text that can never be valid: a malformed torrent, magnet link or bencode document. */
export class InputError extends MillraceError {
  override readonly name = "InputError";
}

/** A peer broke the protocol: drop it, perhaps ban it. */
export class PeerError extends MillraceError {
  override readonly name = "PeerError";
}

/** A tracker failed, refused or sent a malformed reply. `retryInMs` as BEP 31 gives it: `Infinity` for "never". */
export class TrackerError extends MillraceError {
  override readonly name = "TrackerError";
  readonly retryInMs: number | undefined;

  constructor(code: string, message: string, options: MillraceErrorOptions & { readonly retryInMs?: number } = {}) {
    super(code, message, options);
    this.retryInMs = options.retryInMs;
  }
}

/** A file, folder or disk refused. */
export class StorageError extends MillraceError {
  override readonly name = "StorageError";
}

/** A connection could not be made or broke. */
export class NetworkError extends MillraceError {
  override readonly name = "NetworkError";
}

/** An option or argument that makes no sense. */
export class UsageError extends MillraceError {
  override readonly name = "UsageError";
}

/** The caller aborted the operation, or closed the object on which the operation ran. */
export class AbortError extends MillraceError {
  override readonly name = "AbortError";

  constructor(message = "aborted", options: MillraceErrorOptions = {}) {
    super("aborted", message, options);
  }
}

/** Returns a thrown value as an `Error`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * Returns a thrown value as a {@link MillraceError}. Any other value becomes the `cause` of a new one with code
 * `internal`.
 */
export function toMillraceError(thrown: unknown): MillraceError {
  return thrown instanceof MillraceError
    ? thrown
    : new MillraceError("internal", errorMessage(thrown), { cause: thrown });
}

/**
 * Returns a value thrown by a disk operation as a {@link StorageError}. Any other value becomes the `cause` of a new
 * `storage.failed`.
 */
export function toStorageError(thrown: unknown): StorageError {
  return thrown instanceof StorageError
    ? thrown
    : new StorageError("storage.failed", errorMessage(thrown), { cause: thrown });
}

/** Returns the message of a thrown value. */
export function errorMessage(thrown: unknown): string {
  return toError(thrown).message;
}

/** Returns the `code` of a Node system error or a {@link MillraceError}, or `undefined`. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

/** Throws {@link AbortError} when `signal` has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError("aborted", { cause: signal.reason });
}

/** Throws. Used at the end of a switch over a union: the compiler proves that the call is never reached. */
export function unreachable(value: never): never {
  throw new MillraceError("internal", `unexpected value ${String(value)}`);
}
