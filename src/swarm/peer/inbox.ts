import { concatBytes, copyBytes, toError } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { MAX_SMALL_FRAME_LENGTH, MessageDecoder, type Message, type MessageSink } from "../../wire/index.ts";
import type { BytesHolder, IntakeBudget } from "./intake-budget.ts";
import {
  EXTENDED_MESSAGE_BYTES,
  EXTENDED_MESSAGES,
  FREE_MESSAGES,
  MESSAGE_BYTES,
  MESSAGES_PER_BLOCK,
  MESSAGES_PER_SECOND,
} from "../limits.ts";

/** The total weight of light messages after which the clock is read, to charge the time that they took. */
const CLOCK_MESSAGES = 8;
/**
 * A message of this weight or more is heavy: its processing time is measured separately. Lighter ones are measured
 * together.
 */
const HEAVY = 8;

/** The owner of an inbox, usually a peer: it receives the messages and the state changes of the inbox. */
export interface InboxOwner extends MessageSink {
  /** Called when received bytes have to wait for processing time: the connection must not be read. */
  onFull(): void;
  /** Called when no received bytes wait for processing time any longer. */
  onEmpty(): void;
  /** Called when a message was invalid, or a callback of the owner threw. */
  onError(error: Error): void;
  /** Called when the unfinished messages of all peers use too much memory, and those of this peer use the most. */
  onHeldTooMuch(): void;
}

/** Options of {@link Inbox}. */
export interface InboxOptions {
  readonly clock: Clock;
  readonly budget: IntakeBudget;
  readonly pieceCount: number | undefined;
}

/**
 * Decodes the bytes from a peer and delivers its messages. Each peer has a number of free messages, and gains more with
 * each block sent or received. The processing time of further messages is taken from a limited time that all peers
 * share. When that time is spent, received bytes wait and the connection is not read.
 */
export class Inbox implements MessageSink, BytesHolder {
  readonly #owner: InboxOwner;
  readonly #clock: Clock;
  readonly #budget: IntakeBudget;
  readonly #decoder: MessageDecoder;
  /** The received bytes that wait for processing time. They are a copy, since the read buffer is reused. */
  #waiting: Uint8Array | undefined;
  #free = FREE_MESSAGES;
  /** The number of messages since the clock was last read. */
  #uncounted = 0;
  /** The time up to which processing time has been charged, in milliseconds of the runtime's clock. */
  #countedUntil = 0;
  #held = 0;
  /** Whether the shared time ran out while the current bytes were decoded. */
  #isSpent = false;
  #isStopped = false;

  constructor(owner: InboxOwner, { clock, budget, pieceCount }: InboxOptions) {
    this.#owner = owner;
    this.#clock = clock;
    this.#budget = budget;
    this.#decoder = new MessageDecoder(this, { pieceCount, maxSmallFrameLength: MAX_SMALL_FRAME_LENGTH });
  }

  /** Decodes received bytes, or stores a copy of them while no processing time is left. */
  take(chunk: Uint8Array): void {
    if (this.#isStopped) return;
    if (this.#waiting !== undefined) this.#waiting = concatBytes([this.#waiting, chunk]);
    else if (this.#free > 0 || this.#budget.isOpen) this.#decode(chunk);
    else this.#wait(copyBytes(chunk));
    this.#hold();
  }

  /** Adds free messages for blocks sent or received. */
  earn(blocks: number): void {
    this.#free = Math.min(FREE_MESSAGES, this.#free + blocks * MESSAGES_PER_BLOCK);
  }

  /** Called once a second: adds the free messages that the peer gains with time. */
  tick(): void {
    if (this.#free < FREE_MESSAGES) this.#free = Math.min(FREE_MESSAGES, this.#free + MESSAGES_PER_SECOND);
  }

  /** Whether received bytes wait for processing time. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  setPieceCount(pieceCount: number): void {
    this.#decoder.setLimits({ pieceCount });
  }

  abandonBlock(): void {
    this.#decoder.abandonBlock();
  }

  /** Stops the inbox: no further message is delivered. */
  stop(): void {
    this.#isStopped = true;
    this.#decoder.stop();
    this.#waiting = undefined;
    this.#hold();
  }

  onMessage(message: Message): void {
    const weight = weightOf(message);
    if (weight < HEAVY) {
      this.#owner.onMessage(message);
      this.#count(weight);
      return;
    }
    const begun = this.#clock.now();
    this.#owner.onMessage(message);
    if (this.#free >= weight) this.#free -= weight;
    else {
      this.#free = 0;
      this.#uncounted = 0;
      this.#countedUntil = this.#clock.now();
      this.#spend(this.#countedUntil - begun);
    }
  }

  onBlockStart(piece: number, begin: number, length: number): Uint8Array | undefined {
    return this.#owner.onBlockStart(piece, begin, length);
  }

  onBlockEnd(piece: number, begin: number, length: number, stored: boolean): void {
    this.#owner.onBlockEnd(piece, begin, length, stored);
  }

  onHeldTooMuch(): void {
    this.#held = 0;
    this.#owner.onHeldTooMuch();
  }

  /**
   * Charges a light message. Free messages pay for it while there are any. After that, its processing time is charged,
   * which is measured for several messages at once.
   */
  #count(weight: number): void {
    if (this.#free > weight) {
      this.#free -= weight;
      return;
    }
    if (this.#free > 0) {
      this.#free = 0;
      this.#uncounted = 0;
      this.#countedUntil = this.#clock.now();
      return;
    }
    // Reading the clock takes as long as a quick message.
    this.#uncounted += weight;
    if (this.#uncounted >= CLOCK_MESSAGES) this.#settle();
  }

  /** Charges the processing time of the messages that have not been charged yet. */
  #settle(): void {
    const now = this.#clock.now();
    this.#uncounted = 0;
    this.#spend(now - this.#countedUntil);
    this.#countedUntil = now;
  }

  #spend(ms: number): void {
    this.#budget.spend(ms);
    if (this.#budget.isOpen) return;
    this.#isSpent = true;
    this.#decoder.suspend();
  }

  #decode(bytes: Uint8Array): void {
    this.#countedUntil = this.#clock.now();
    this.#isSpent = false;
    let taken = 0;
    try {
      taken = this.#decoder.push(bytes);
    } catch (error) {
      this.#waiting = undefined;
      this.#owner.onError(toError(error));
      return;
    }
    if (this.#isStopped) return;
    if (this.#uncounted > 0) this.#settle();
    const rest = bytes.subarray(taken);
    if (rest.length > 0 || this.#isSpent) this.#wait(this.#waiting === undefined ? copyBytes(rest) : rest);
    else if (this.#waiting !== undefined) {
      this.#waiting = undefined;
      this.#owner.onEmpty();
    }
  }

  /**
   * Stores received bytes until there is processing time. `rest` holds these bytes in a buffer that is not overwritten
   * later.
   */
  #wait(rest: Uint8Array): void {
    const isFirst = this.#waiting === undefined;
    this.#waiting = rest;
    if (isFirst) this.#owner.onFull();
    this.#budget.wait(() => this.#continue());
  }

  #continue(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) this.#decode(waiting);
    this.#hold();
  }

  /** Reports the number of bytes that this inbox stores to the budget. */
  #hold(): void {
    const held = this.#isStopped ? 0 : (this.#waiting?.buffer.byteLength ?? 0) + this.#decoder.heldBytes;
    if (held === this.#held) return;
    this.#held = held;
    this.#budget.hold(this, held);
  }
}

/** Returns the weight of a message: the number of messages that it counts as. It grows with the message's length. */
function weightOf(message: Message): number {
  if (message.type === "bitfield") return 1 + Math.floor(message.bits.length / MESSAGE_BYTES);
  if (message.type === "extended")
    return EXTENDED_MESSAGES + Math.floor(message.payload.length / EXTENDED_MESSAGE_BYTES);
  if (message.type === "hashes") return 1 + Math.floor(message.hashes.length / MESSAGE_BYTES);
  return message.type === "unknown" ? 1 + Math.floor(message.payload.length / MESSAGE_BYTES) : 1;
}
