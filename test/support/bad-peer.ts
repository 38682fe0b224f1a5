import net from "node:net";
import { createHash } from "node:crypto";
import { decodeMessage, encodeHandshake, HANDSHAKE_LENGTH, type Message } from "../../src/wire/index.ts";
import type { Metainfo } from "../../src/metainfo/index.ts";

export interface BadPeerOptions {
  readonly infoHash?: Uint8Array;
  readonly peerId?: Uint8Array;
  readonly fast?: boolean;
  readonly extended?: boolean;
}

/** A unique peer id. */
export function someId(name: string): Uint8Array {
  return new Uint8Array(createHash("sha1").update(name).digest());
}

let made = 0;

/** A scripted peer over a real socket: sends what the test calls, and records what it receives. */
export class BadPeer {
  readonly heard: Message[] = [];
  /** The handshake of the other side, as soon as it is received. */
  handshake: Buffer | undefined;
  isClosed = false;
  onMessage: (message: Message) => void = () => undefined;
  onHandshake: () => void = () => undefined;
  readonly socket: net.Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #changed: (() => void)[] = [];

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  static async dial(port: number): Promise<BadPeer> {
    const socket = net.connect(port, "127.0.0.1");
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new BadPeer(socket);
  }

  /** Dials and sends a valid handshake. */
  static async meet(port: number, metainfo: Metainfo, options: BadPeerOptions = {}): Promise<BadPeer> {
    const peer = await BadPeer.dial(port);
    peer.shake(metainfo, options);
    await peer.until(() => peer.handshake !== undefined || peer.isClosed);
    return peer;
  }

  shake(metainfo: Metainfo, options: BadPeerOptions = {}): void {
    const { infoHash = metainfo.id.wire, peerId = someId(`peer ${made++}`), fast = false, extended = false } = options;
    this.send(encodeHandshake({ infoHash, peerId, reserved: { fast, extended } }));
  }

  send(...parts: readonly Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts));
  }

  heardOf<T extends Message["type"]>(type: T): Extract<Message, { type: T }>[] {
    return this.heard.filter((message): message is Extract<Message, { type: T }> => message.type === type);
  }

  /** Resolves when `isSo` returns true; it is called after everything that is received. Rejects after `ms`. */
  async until(isSo: () => boolean, ms = 20_000): Promise<void> {
    const end = Date.now() + ms;
    while (!isSo()) {
      const left = end - Date.now();
      if (left <= 0)
        throw new Error(
          `it did not come to that in ${ms} ms; heard ${[...new Set(this.heard.map(({ type }) => type))].join(", ")}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 50));
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Resolves when the other side has closed the connection. */
  dropped(ms = 20_000): Promise<void> {
    return this.until(() => this.isClosed, ms);
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    let at = 0;
    if (this.handshake === undefined) {
      if (this.#buffer.length < HANDSHAKE_LENGTH) return;
      this.handshake = Buffer.from(this.#buffer.subarray(0, HANDSHAKE_LENGTH));
      at = HANDSHAKE_LENGTH;
      this.onHandshake();
    }
    while (this.#buffer.length - at >= 4) {
      const length = 4 + this.#buffer.readUInt32BE(at);
      if (this.#buffer.length - at < length) break;
      const message = decodeMessage(new Uint8Array(this.#buffer.subarray(at, at + length)));
      at += length;
      this.heard.push(message);
      this.onMessage(message);
    }
    this.#buffer = this.#buffer.subarray(at);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}
