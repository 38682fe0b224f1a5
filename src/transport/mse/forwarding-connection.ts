import type { Endpoint, PeerAddress } from "../../base/index.ts";
import type { SocketHandlers } from "../../runtime/index.ts";
import type { Connection, TransportKind } from "../transport.ts";

/** A connection that passes all calls on to another one. Subclasses change some of them. */
export abstract class ForwardingConnection implements Connection {
  protected readonly inner: Connection;

  constructor(inner: Connection) {
    this.inner = inner;
  }

  get kind(): TransportKind {
    return this.inner.kind;
  }

  get isEncrypted(): boolean {
    return this.inner.isEncrypted;
  }

  get beganEncrypted(): boolean {
    return this.inner.beganEncrypted === true;
  }

  get address(): PeerAddress {
    return this.inner.address;
  }

  get remote(): Endpoint {
    return this.inner.remote;
  }

  get local(): Endpoint {
    return this.inner.local;
  }

  abstract start(handlers: SocketHandlers): void;

  abstract handOver(handlers: SocketHandlers): void;

  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    return this.inner.write(bytes, onFlushed);
  }

  get queuedBytes(): number {
    return this.inner.queuedBytes;
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  destroy(error?: Error): void {
    this.inner.destroy(error);
  }

  end(): void {
    this.inner.end();
  }
}
