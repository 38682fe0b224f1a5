import type { Runtime, Socket } from "../../src/runtime/index.ts";
import {
  decodeMessage,
  encodeHandshake,
  encodeKeepAlive,
  encodePiece,
  HANDSHAKE_LENGTH,
  type Message,
} from "../../src/wire/index.ts";
import type { Play } from "./stage.ts";

export interface Heard {
  /** Virtual time. */
  readonly at: number;
  readonly message: Message;
}

/** A scripted peer on a virtual host. It records what it receives, with the time. */
export class ScriptedPeer {
  readonly heard: Heard[] = [];
  isClosed = false;
  onMessage: (message: Message) => void = () => undefined;
  #socket: Socket | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #isShaken = false;
  readonly #runtime: Runtime;
  readonly #play: Play;

  constructor(runtime: Runtime, play: Play) {
    this.#runtime = runtime;
    this.#play = play;
  }

  async dial(
    ip: string,
    options: { readonly fast?: boolean; readonly extended?: boolean; readonly name?: string } = {},
  ): Promise<void> {
    const socket = await this.#runtime.net.connect({ ip, port: 6881, timeoutMs: 5_000 });
    this.#socket = socket;
    socket.start({
      onData: (chunk) => this.#take(chunk),
      onDrain: () => undefined,
      onClose: () => {
        this.isClosed = true;
      },
    });
    const peerId = Buffer.from((options.name ?? socket.local.ip).padEnd(20, "."));
    this.send(
      encodeHandshake({
        infoHash: this.#play.metainfo.id.wire,
        peerId,
        reserved: { fast: options.fast ?? false, extended: options.extended ?? false },
      }),
    );
  }

  send(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#socket?.write(part);
  }

  /** Sends a keep-alive now and each minute. */
  stay(): void {
    this.send(encodeKeepAlive());
    this.later(60_000, () => this.stay());
  }

  /** Reads nothing more: data fills the window, and stays there. */
  stopReading(): void {
    this.#socket?.pause();
  }

  close(): void {
    this.#socket?.destroy();
    this.isClosed = true;
  }

  /** Calls `run` in `ms` milliseconds of virtual time. */
  later(ms: number, run: () => void): void {
    this.#runtime.clock.after(ms, run);
  }

  /** Sends the right bytes of a block. */
  deliver(piece: number, begin: number, length: number): void {
    const [data] = this.#play.files.values();
    const at = piece * this.#play.metainfo.pieceLength + begin;
    this.send(encodePiece(piece, begin, (data ?? new Uint8Array()).slice(at, at + length)));
  }

  of<T extends Message["type"]>(type: T): { readonly at: number; readonly message: Extract<Message, { type: T }> }[] {
    return this.heard.filter(
      (each): each is { at: number; message: Extract<Message, { type: T }> } => each.message.type === type,
    );
  }

  #take(chunk: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    if (!this.#isShaken) {
      if (this.#buffer.length < HANDSHAKE_LENGTH) return;
      this.#isShaken = true;
      this.#buffer = this.#buffer.subarray(HANDSHAKE_LENGTH);
    }
    while (this.#buffer.length >= 4) {
      const length = 4 + this.#buffer.readUInt32BE(0);
      if (this.#buffer.length < length) return;
      const message = decodeMessage(new Uint8Array(this.#buffer.subarray(0, length)));
      this.#buffer = this.#buffer.subarray(length);
      this.heard.push({ at: this.#runtime.clock.now(), message });
      this.onMessage(message);
    }
  }
}
