/** Details of an error by name (an offset, a path), safe to print and to serialise. */
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
 * The subclass shows how a caller should react: {@link InputError} (this input can never work), {@link PeerError} (drop
 * the peer), {@link TrackerError} (retry later or at another tracker), {@link StorageError} (pause the torrent), {@link
 * NetworkError} (retry), {@link UsageError} (correct the call), {@link AbortError} (nothing: the caller aborted).
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

/** Thrown when a peer violates the protocol. The connection is closed, and the peer may be banned. */
export class PeerError extends MillraceError {
  override readonly name = "PeerError";
}

/**
 * Thrown when a tracker failed, refused the request or sent a malformed reply. `retryInMs` is the delay that the
 * tracker requests (BEP 31), in milliseconds; `Infinity` for "never retry".
 */
export class TrackerError extends MillraceError {
  override readonly name = "TrackerError";
  readonly retryInMs: number | undefined;

  constructor(code: string, message: string, options: MillraceErrorOptions & { readonly retryInMs?: number } = {}) {
    super(code, message, options);
    this.retryInMs = options.retryInMs;
  }
}

/** Thrown when an operation on a file, folder or disk fails. */
export class StorageError extends MillraceError {
  override readonly name = "StorageError";
}

/** Thrown when a connection cannot be made, or breaks. */
export class NetworkError extends MillraceError {
  override readonly name = "NetworkError";
}

/** Thrown for an invalid option or argument. */
export class UsageError extends MillraceError {
  override readonly name = "UsageError";
}

/** Thrown when the caller aborts an operation, or closes the object on which the operation runs. */
export class AbortError extends MillraceError {
  override readonly name = "AbortError";

  constructor(message = "aborted", options: MillraceErrorOptions = {}) {
    super("aborted", message, options);
  }
}

/** Returns a thrown value as an `Error`: unchanged when it is one, else wrapped in a new one. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * Returns a thrown value as a {@link MillraceError}: unchanged when it is one, else as the `cause` of a new one with
 * the code `internal`.
 */
export function toMillraceError(thrown: unknown): MillraceError {
  return thrown instanceof MillraceError
    ? thrown
    : new MillraceError("internal", errorMessage(thrown), { cause: thrown });
}

/**
 * Returns a value thrown by a disk operation as a {@link StorageError}: unchanged when it is one, else as the `cause`
 * of a new one with the code `storage.failed`.
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

/** Returns the `code` of a Node system error or a {@link MillraceError}; `undefined` for any other value. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

/** Throws {@link AbortError} when `signal` has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError("aborted", { cause: signal.reason });
}

/** Always throws. Used at the end of a switch over a union: the compiler proves that the call is never reached. */
export function unreachable(value: never): never {
  throw new MillraceError("internal", `unexpected value ${String(value)}`);
}
