import { concatBytes, PeerError, toError } from "../../base/index.ts";
import type { Clock, Runtime, Timer } from "../../runtime/index.ts";
import { MAX_MSE_PAD_LENGTH, type MseResult, type MseSideOptions, type MseStep } from "../../wire/index.ts";
import { ENCRYPTION_TIMEOUT_MS } from "../limits.ts";
import type { Connection } from "../transport.ts";
import { EncryptedConnection } from "./encrypted-connection.ts";
import { ResumedConnection } from "./resumed-connection.ts";

/** The services of the host that the encryption handshake needs. */
export type MseRuntime = Pick<Runtime, "clock" | "random" | "hasher" | "keyExchange">;

/** The code that starts an encryption handshake. One of the functions is called, once. */
export interface MseOwner {
  /** Called with the connection to use from now on. It has to be started once more. */
  done(connection: Connection): void;
  /** Called when the handshake failed and the connection is closed. */
  failed(error: Error): void;
}

/** One side of the handshake: `MseInitiator`, `MseResponder` or `AcceptingSide`. */
export interface MseSideOf {
  push(chunk: Uint8Array): Omit<MseStep, "result"> & { readonly result?: MseStream | undefined };
}

/** How a connection goes on after the handshake: see `MseResult`. */
export interface MseStream extends Pick<MseResult, "ciphers" | "initialPayload" | "rest"> {
  /** Whether the peer has left out the encryption handshake. */
  readonly isPlain?: boolean;
}

/** Returns new keys and random padding for one side of a handshake. */
export function makeMseSide({ random, hasher, keyExchange }: MseRuntime): MseSideOptions {
  const pad = (): Uint8Array => random.bytes(random.below(MAX_MSE_PAD_LENGTH + 1));
  return { hasher, keys: keyExchange.generate(), pads: [pad(), pad()] };
}

/**
 * Exchanges the encryption handshake on a connection.
 *
 *     waiting ──(result)──> done
 *        └──(time-out, broken rule, close, abort)──> failed
 */
export class MseSession {
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #side: MseSideOf;
  readonly #owner: MseOwner;
  readonly #timer: Timer;
  #isOver = false;

  /** `opening` are the bytes to send first. `timeoutMs` is the maximum time of the handshake. */
  constructor(
    clock: Clock,
    connection: Connection,
    side: MseSideOf,
    opening: Uint8Array | undefined,
    owner: MseOwner,
    timeoutMs = ENCRYPTION_TIMEOUT_MS,
  ) {
    this.#clock = clock;
    this.#connection = connection;
    this.#side = side;
    this.#owner = owner;
    this.#timer = clock.after(timeoutMs, () =>
      this.#fail(new PeerError("mse.timeout", `no encryption handshake in ${timeoutMs} ms`)),
    );
    connection.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => undefined,
      onClose: (error) =>
        this.#fail(
          error ?? new PeerError("mse.closed", "the peer closed the connection during the encryption handshake"),
        ),
    });
    if (opening !== undefined) connection.write(opening);
  }

  /** Closes the connection when the handshake is not complete; otherwise does nothing. */
  abort(): void {
    this.#fail(new PeerError("peer.aborted", "the encryption handshake was aborted"));
  }

  #onData(chunk: Uint8Array): void {
    if (this.#isOver) return;
    try {
      const { send, result } = this.#side.push(chunk);
      if (send !== undefined) this.#connection.write(send);
      if (result !== undefined) this.#finish(result);
    } catch (error) {
      this.#fail(toError(error));
    }
  }

  #finish({ ciphers, initialPayload, rest, isPlain = false }: MseStream): void {
    this.#isOver = true;
    this.#timer.cancel();
    ciphers?.decrypt.apply(rest, rest);
    const stream = ciphers === undefined ? this.#connection : new EncryptedConnection(this.#connection, ciphers);
    const bytes = concatBytes([initialPayload, rest]);
    this.#owner.done(new ResumedConnection(this.#clock, stream, bytes, !isPlain));
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#connection.destroy();
    this.#owner.failed(error);
  }
}
