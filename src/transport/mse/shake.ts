import { AbortError } from "../../base/index.ts";
import { MseInitiator } from "../../wire/index.ts";
import type { Connection } from "../transport.ts";
import { AcceptingSide, type AcceptingOptions } from "./accepting-side.ts";
import { makeMseSide, MseSession, type MseOwner, type MseRuntime, type MseSideOf } from "./mse-session.ts";

/** Options of {@link encryptOutgoing}. */
export interface EncryptOptions {
  /** The 20-byte info-hash of the torrent. */
  readonly infoHash: Uint8Array;
  /** The methods offered: `MSE_PLAINTEXT`, `MSE_RC4`, or both (their sum). */
  readonly provide: number;
  /** Bytes to send within the handshake. */
  readonly initialPayload: Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Exchanges the encryption handshake on a connection that this side opened and that has not been started. Resolves with
 * the connection to use from now on, which has to be started. Rejects with PeerError `mse.*`, NetworkError `net.*` or
 * AbortError; the connection is then closed.
 */
export function encryptOutgoing(
  runtime: MseRuntime,
  connection: Connection,
  { signal, ...options }: EncryptOptions,
): Promise<Connection> {
  return made(connection, () => {
    const side = new MseInitiator({ ...makeMseSide(runtime), ...options });
    return shake(runtime, connection, side, side.opening, signal);
  });
}

/** Closes the connection when its side of the handshake cannot be made: without the group of the key exchange. */
async function made(connection: Connection, make: () => Promise<Connection>): Promise<Connection> {
  let shaking: Promise<Connection>;
  try {
    shaking = make();
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return shaking;
}

/** Options of {@link decryptIncoming}. */
export interface DecryptOptions extends AcceptingOptions {
  readonly signal: AbortSignal;
  /** The maximum time, in milliseconds, for the handshake, or for the first 20 bytes of a plain connection. */
  readonly timeoutMs: number;
}

/**
 * Waits for the first bytes of a connection that a peer opened and that has not been started, and exchanges the
 * encryption handshake if the peer begins one. Resolves and rejects as {@link encryptOutgoing}.
 */
export function decryptIncoming(
  runtime: MseRuntime,
  connection: Connection,
  { signal, timeoutMs, ...options }: DecryptOptions,
): Promise<Connection> {
  return shake(runtime, connection, new AcceptingSide(runtime, options), undefined, signal, timeoutMs);
}

function shake(
  { clock }: MseRuntime,
  connection: Connection,
  side: MseSideOf,
  opening: Uint8Array | undefined,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => session.abort();
    const owner: MseOwner = {
      done: (stream) => {
        signal.removeEventListener("abort", onAbort);
        resolve(stream);
      },
      failed: (error) => {
        signal.removeEventListener("abort", onAbort);
        reject(signal.aborted ? new AbortError("aborted", { cause: error }) : error);
      },
    };
    const session = new MseSession(clock, connection, side, opening, owner, timeoutMs);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}
