import type { SocketHandlers } from "../../runtime/index.ts";
import type { MseCiphers } from "../../wire/index.ts";
import type { Connection } from "../transport.ts";
import { CipherBuffers } from "./cipher-buffers.ts";
import { ForwardingConnection } from "./forwarding-connection.ts";

const buffers = new CipherBuffers();

/**
 * A connection whose bytes are encrypted with RC4. Received bytes are decrypted in place, in the buffer into which they
 * were read; written bytes are encrypted into another buffer, since the caller may send the same bytes to other peers.
 */
export class EncryptedConnection extends ForwardingConnection {
  readonly #ciphers: MseCiphers;

  constructor(inner: Connection, ciphers: MseCiphers) {
    super(inner);
    this.#ciphers = ciphers;
  }

  override get isEncrypted(): boolean {
    return true;
  }

  start(handlers: SocketHandlers): void {
    this.inner.start(this.#decrypting(handlers));
  }

  handOver(handlers: SocketHandlers): void {
    this.inner.handOver(this.#decrypting(handlers));
  }

  override write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    const buffer = buffers.take(bytes.length, bytes);
    if (buffer instanceof Uint8Array) {
      this.#ciphers.encrypt.apply(bytes, buffer);
      return this.inner.write(buffer, onFlushed);
    }
    this.#ciphers.encrypt.apply(bytes, buffer.bytes);
    return this.inner.write(buffer.bytes, (error) => {
      buffer.release();
      onFlushed?.(error);
    });
  }

  #decrypting(handlers: SocketHandlers): SocketHandlers {
    const { decrypt } = this.#ciphers;
    return {
      onData: (chunk) => {
        decrypt.apply(chunk, chunk);
        handlers.onData(chunk);
      },
      onDrain: () => handlers.onDrain(),
      onClose: (error) => handlers.onClose(error),
    };
  }
}
