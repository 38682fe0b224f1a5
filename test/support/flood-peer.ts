import { randomBytes } from "node:crypto";
import net from "node:net";
import { afterEach } from "vitest";
import { encodeHandshake, HANDSHAKE_LENGTH } from "../../src/wire/index.ts";

const CHUNK = 64 * 1024;
/** Milliseconds between two checks for the end of a pour while nothing drains. */
const LOOK_MS = 20;

const open = new Set<net.Socket>();

afterEach(() => {
  for (const socket of open) socket.destroy();
  open.clear();
});

export interface FloodPeerOptions {
  /** The local address, such as `127.1.0.1`. */
  readonly from?: string;
  readonly peerId?: Uint8Array;
  readonly fast?: boolean;
  /** Reads nothing after the handshake. */
  readonly isDeaf?: boolean;
}

/** One of many hostile connections: writes the given bytes, counts the received ones, and keeps none of them. */
export class FloodPeer {
  readonly socket: net.Socket;
  received = 0;
  isClosed = false;
  #onNews: () => void = () => undefined;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    open.add(socket);
    socket.on("data", (bytes) => {
      this.received += bytes.length;
      this.#onNews();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isClosed = true;
      open.delete(socket);
      this.#onNews();
    });
  }

  /** A connection without a handshake. A refused one is closed already. */
  static async connect(port: number, from = "127.0.0.1"): Promise<FloodPeer> {
    const socket = net.connect({ host: "127.0.0.1", port, localAddress: from });
    const peer = new FloodPeer(socket);
    await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
    return peer;
  }

  /** Sends the handshake; resolves when the peer is accepted, or the connection is closed. */
  static async meet(port: number, infoHash: Uint8Array, options: FloodPeerOptions = {}): Promise<FloodPeer> {
    const peer = await FloodPeer.connect(port, options.from);
    peer.socket.write(
      encodeHandshake({
        infoHash,
        peerId: options.peerId ?? randomBytes(20),
        reserved: { fast: options.fast ?? true, extended: true },
      }),
    );
    while (!peer.isIn && !peer.isClosed) await peer.#news();
    if (options.isDeaf === true) peer.socket.pause();
    return peer;
  }

  /**
   * Whether it was accepted: a rejected peer may still receive our handshake, but not the messages after it, such as
   * the extended handshake.
   */
  get isIn(): boolean {
    return !this.isClosed && this.received > HANDSHAKE_LENGTH;
  }

  /** Bytes that the other side's TCP has taken. */
  get taken(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  /**
   * Writes the ring again and again, as fast as TCP takes it, until `most` bytes are sent, `isOver` returns true or the
   * other side has closed the connection.
   */
  async pour(ring: Buffer, most: number, isOver: () => boolean): Promise<void> {
    for (let at = 0, out = 0; out < most && !isOver() && !this.isClosed;) {
      const part = ring.subarray(at, Math.min(at + CHUNK, at + most - out));
      at = at + part.length >= ring.length ? 0 : at + part.length;
      out += part.length;
      this.socket.write(part);
      while (this.socket.writableLength > CHUNK && !isOver() && !this.isClosed) await this.#drained();
    }
  }

  close(): void {
    this.socket.destroy();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.socket.off("drain", done);
        resolve();
      };
      const timer = setTimeout(done, LOOK_MS);
      this.socket.once("drain", done);
    });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNews = resolve;
    });
  }
}

/** `127.1.0.1`, `127.1.0.2`, …: a loopback address for each of many peers. */
export function addressOf(index: number): string {
  return `127.1.${Math.floor(index / 254)}.${(index % 254) + 1}`;
}
