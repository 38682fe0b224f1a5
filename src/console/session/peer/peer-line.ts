import { NetworkError, UsageError } from "../../../base/index.ts";
import type { Clock, Timer } from "../../../runtime/index.ts";
import type { Connection } from "../../../transport/index.ts";
import { encodeMessage, type Message } from "../../../wire/index.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import type { Entry } from "../../conversation/entry.ts";
import { OpenRequests } from "../../conversation/side.ts";
import { MAX_NOTED_REQUESTS, MAX_TOLD_BYTES } from "../../limits.ts";

/** Options of {@link PeerLine}. */
export interface PeerLineOptions {
  /** The peer's number, for error messages. */
  readonly number: number;
  readonly connection: Connection;
  readonly conversation: Conversation;
  readonly clock: Clock;
  /** Returns the milliseconds since the session began. */
  readonly now: () => number;
}

/** Callbacks for the events of a {@link PeerLine}. */
export interface PeerLineHandlers {
  /** Called when a message has arrived. */
  readonly onEntry: (entry: Entry) => void;
  /** Called when the user has sent a message. */
  readonly onSent: (entry: Entry) => void;
  readonly onDrain: () => void;
  /** Called once when the conversation ends, which may be before the connection is closed. `why` is the reason. */
  readonly onClose: (why: string) => void;
}

/**
 * The maximum time, in milliseconds, that a connection which is being closed waits for the peer to read the sent bytes.
 * Then it is destroyed.
 */
const HANG_UP_MS = 3_000;

/**
 * The connection of a console peer. It writes bytes, and adds the messages of both sides to the conversation. It
 * remembers the blocks and metadata pieces that the user requested, because only these are stored when they arrive.
 */
export class PeerLine {
  readonly connection: Connection;
  /** The blocks that the user requested and that have not arrived yet. */
  readonly requestedBlocks = new OpenRequests();
  /** The pieces of the metadata that the user requested and that have not arrived yet. */
  readonly requestedMetadata = new Set<number>();
  readonly #options: PeerLineOptions;
  #handlers: PeerLineHandlers | undefined;
  /** Started by {@link PeerLine.close}: destroys the connection when the peer does not read the sent bytes in time. */
  #hangUpTimer: Timer | undefined;

  constructor(options: PeerLineOptions) {
    this.#options = options;
    this.connection = options.connection;
  }

  /** Starts to read. Resolves when both sides are closed. */
  start(handlers: PeerLineHandlers): Promise<void> {
    this.#handlers = handlers;
    return new Promise((resolve) => {
      this.connection.start({
        onData: (chunk) => this.#onData(chunk),
        onDrain: () => handlers.onDrain(),
        onClose: (error) => {
          this.#hangUpTimer?.cancel();
          this.#onClose(
            "in",
            error === undefined ? "the peer closed the connection" : `the connection was lost: ${error.message}`,
          );
          resolve();
        },
      });
    });
  }

  /** The reason why the connection ended. */
  get closeReason(): string {
    const { last } = this.#options.conversation.entries;
    return last?.type === "closed" ? last.why : "the connection has ended";
  }

  /**
   * Sends a message of the user. Returns its entry in the conversation. Throws the errors of {@link PeerLine.write}.
   */
  send(message: Message, onFlushed?: () => void): Entry {
    return this.write(encodeMessage(message), onFlushed);
  }

  /**
   * Sends the bytes of one complete message. Returns its entry in the conversation. Throws the errors of {@link
   * PeerLine.writeRaw}, and UsageError `console.unread` when earlier raw bytes end within a message.
   */
  write(bytes: Uint8Array, onFlushed?: () => void): Entry {
    const entry = this.writeRaw(bytes, onFlushed);
    if (entry === undefined)
      throw new UsageError(
        "console.unread",
        "the bytes were sent, but raw bytes that were sent before them leave an incomplete message, so they cannot be shown as one message",
      );
    return entry;
  }

  /**
   * Sends any bytes of the user. Returns the last message that they complete; `undefined` if they complete none.
   * Throws NetworkError `console.closed`, and UsageError `console.argument` for more than {@link MAX_TOLD_BYTES}
   * bytes.
   */
  writeRaw(bytes: Uint8Array, onFlushed?: () => void): Entry | undefined {
    const { conversation, number } = this.#options;
    if (conversation.isClosed)
      throw new NetworkError("console.closed", `the connection with peer ${number} is closed: ${this.closeReason}`);
    if (bytes.length > MAX_TOLD_BYTES)
      throw new UsageError(
        "console.argument",
        `${bytes.length} bytes are too many for one call; at most ${MAX_TOLD_BYTES} are allowed`,
      );
    const entries = this.#note("out", bytes);
    for (const entry of entries) {
      if (entry.type === "request") this.requestedBlocks.add(entry);
      else if (entry.type === "metadata-request" && this.requestedMetadata.size < MAX_NOTED_REQUESTS)
        this.requestedMetadata.add(entry.piece);
    }
    this.connection.write(bytes, onFlushed);
    for (const entry of entries) this.#handlers?.onSent(entry);
    return entries.at(-1);
  }

  /**
   * Sends complete messages of the engine, given as bytes. Returns whether the connection accepts more bytes. On a
   * closed connection the bytes are dropped, and `onFlushed` is called with NetworkError `console.closed`.
   */
  sendForEngine(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    const { conversation, clock, number } = this.#options;
    if (conversation.isClosed) {
      if (onFlushed !== undefined)
        clock.soon(() => onFlushed(new NetworkError("console.closed", `the connection with peer ${number} is closed`)));
      return false;
    }
    this.#note("out", bytes);
    return this.connection.write(bytes, onFlushed);
  }

  /** Closes the connection when the peer has read the sent bytes; after three seconds, destroys it. */
  close(): void {
    if (this.#options.conversation.isClosed) return;
    this.#onClose("out", "the console closed the connection");
    this.#hangUpTimer = this.#options.clock.after(HANG_UP_MS, () => this.connection.destroy());
    this.connection.end();
  }

  /** Destroys the connection at once. Bytes that were not sent yet are lost. `why` is the reason. */
  hangUp(why: string): void {
    this.#onClose("out", why);
    this.connection.destroy();
  }

  #note(way: "out" | "in", bytes: Uint8Array): Entry[] {
    return this.#options.conversation.receive(way, bytes, this.#options.now());
  }

  #onData(chunk: Uint8Array): void {
    if (this.#options.conversation.isClosed) return;
    for (const entry of this.#note("in", chunk)) this.#handlers?.onEntry(entry);
  }

  #onClose(way: "out" | "in", why: string): void {
    const { conversation, now } = this.#options;
    if (conversation.isClosed) return;
    conversation.close(way, why, now());
    this.#handlers?.onClose(this.closeReason);
  }
}
