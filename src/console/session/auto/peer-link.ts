import type { Endpoint, PeerAddress } from "../../../base/index.ts";
import type { Connection } from "../../../transport/index.ts";
import type { ConsolePeer } from "../peer/peer.ts";

/**
 * Gives the engine access to a console peer's connection. Bytes that the engine writes appear in the peer's timeline.
 * When the duties end, the connection stays open for the user.
 */
export class PeerLink implements Connection {
  readonly #peer: ConsolePeer;
  readonly #connection: Connection;
  #isCut = false;

  constructor(peer: ConsolePeer) {
    this.#peer = peer;
    this.#connection = peer.connection;
  }

  get kind(): Connection["kind"] {
    return this.#connection.kind;
  }

  get isEncrypted(): boolean {
    return this.#connection.isEncrypted;
  }

  get address(): PeerAddress {
    return this.#connection.address;
  }

  get remote(): Endpoint {
    return this.#connection.remote;
  }

  get local(): Endpoint {
    return this.#connection.local;
  }

  /** Resumes reading. The connection itself is already open; the console passes arriving messages to the engine. */
  start(): void {
    this.resume();
  }

  handOver(): void {
    this.resume();
  }

  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    return this.#peer.sendBytes(bytes, onFlushed);
  }

  get queuedBytes(): number {
    return this.#connection.queuedBytes;
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  /** Detaches the engine from the connection, and resumes reading for the user. */
  cut(): void {
    this.#isCut = true;
    if (!this.#peer.isClosed) this.#connection.resume();
  }

  destroy(): void {
    if (!this.#isCut) this.#peer.hangUp("the engine closed the connection");
  }

  end(): void {
    this.destroy();
  }
}
