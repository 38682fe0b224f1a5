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

/** Messages between two looks at the clock. */
const LOOK_MESSAGES = 8;
/** What a message counts as from which on its own time is measured. */
const HEAVY = 8;

/** Whose messages they are. */
export interface InboxOwner extends MessageSink {
  /** What has arrived waits: nothing more is to be read. */
  onFull(): void;
  /** Nothing waits any more. */
  onEmpty(): void;
  /** The peer broke a rule, or its owner threw. */
  onError(error: Error): void;
  /** All peers hold too much memory, and this one the most. */
  onHeldTooMuch(): void;
}

/** Options of {@link Inbox}. */
export interface InboxOptions {
  readonly clock: Clock;
  readonly budget: IntakeBudget;
  readonly pieceCount: number | undefined;
}

/**
 * What a peer sends, decoded. Each peer may send some messages for nothing, and more with each block that it gives or
 * takes; those beyond draw on time that all such peers share. When that is spent, what has arrived waits and nothing
 * more is read.
 */
export class Inbox implements MessageSink, BytesHolder {
  readonly #owner: InboxOwner;
  readonly #clock: Clock;
  readonly #budget: IntakeBudget;
  readonly #decoder: MessageDecoder;
  /** Bytes behind a message after which the time was spent. A copy: what arrives lies in memory that is used again. */
  #waiting: Uint8Array | undefined;
  #free = FREE_MESSAGES;
  /** Messages since the clock was last looked at. */
  #uncounted = 0;
  /** On the clock's scale: until when the time of this chunk was counted. */
  #countedUntil = 0;
  #held = 0;
  /** Whether the time was spent while the current bytes were decoded. */
  #isSpent = false;
  #isStopped = false;

  constructor(owner: InboxOwner, { clock, budget, pieceCount }: InboxOptions) {
    this.#owner = owner;
    this.#clock = clock;
    this.#budget = budget;
    this.#decoder = new MessageDecoder(this, { pieceCount, maxSmallFrameLength: MAX_SMALL_FRAME_LENGTH });
  }

  /** Takes what arrived. */
  take(chunk: Uint8Array): void {
    if (this.#isStopped) return;
    if (this.#waiting !== undefined) this.#waiting = concatBytes([this.#waiting, chunk]);
    else if (this.#free > 0 || this.#budget.isOpen) this.#decode(chunk);
    else this.#wait(copyBytes(chunk));
    this.#hold();
  }

  /** The peer gave or took blocks, so many: it may send more messages for nothing. */
  earn(blocks: number): void {
    this.#free = Math.min(FREE_MESSAGES, this.#free + blocks * MESSAGES_PER_BLOCK);
  }

  /** Once a second. */
  tick(): void {
    if (this.#free < FREE_MESSAGES) this.#free = Math.min(FREE_MESSAGES, this.#free + MESSAGES_PER_SECOND);
  }

  /** Whether something waits for time. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  setPieceCount(pieceCount: number): void {
    this.#decoder.setLimits({ pieceCount });
  }

  abandonBlock(): void {
    this.#decoder.abandonBlock();
  }

  /** Nothing more is delivered. */
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

  /** Counts a message that was quick: against what is for nothing, or, a few at a time, by the clock. */
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
    // To look at the clock takes as long as to note a message.
    this.#uncounted += weight;
    if (this.#uncounted >= LOOK_MESSAGES) this.#settle();
  }

  /** Counts the time of what has not been counted yet. */
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

  /** Nothing more is read until there is time again. `rest`: what has arrived already, in memory of its own. */
  #wait(rest: Uint8Array): void {
    const isFirst = this.#waiting === undefined;
    this.#waiting = rest;
    if (isFirst) this.#owner.onFull();
    this.#budget.wait(() => this.#goOn());
  }

  #goOn(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) this.#decode(waiting);
    this.#hold();
  }

  /** Keeps the budget told of what is held. */
  #hold(): void {
    const held = this.#isStopped ? 0 : (this.#waiting?.buffer.byteLength ?? 0) + this.#decoder.heldBytes;
    if (held === this.#held) return;
    this.#held = held;
    this.#budget.hold(this, held);
  }
}

/** How many messages a message counts as: a long one takes time by its length. */
function weightOf(message: Message): number {
  if (message.type === "bitfield") return 1 + Math.floor(message.bits.length / MESSAGE_BYTES);
  if (message.type === "extended")
    return EXTENDED_MESSAGES + Math.floor(message.payload.length / EXTENDED_MESSAGE_BYTES);
  return message.type === "unknown" ? 1 + Math.floor(message.payload.length / MESSAGE_BYTES) : 1;
}
