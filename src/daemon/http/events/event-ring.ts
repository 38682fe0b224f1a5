/** A serialised event with its number, stored for listeners that reconnect. */
export interface KeptEvent {
  readonly number: number;
  readonly text: string;
}

/** The maximum size of a ring: number of events and bytes. */
export interface RingLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** Stores the last events, so that a listener that reconnects gets the events that it missed. */
export class EventRing {
  readonly #limits: RingLimits;
  #events: KeptEvent[] = [];
  #bytes = 0;
  #last = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** The number of the last event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Adds an event with the next number. `write` gets the number and returns the text of the event. */
  push(write: (number: number) => string): KeptEvent {
    this.#last += 1;
    const event = { number: this.#last, text: write(this.#last) };
    this.#events.push(event);
    this.#bytes += event.text.length;
    let gone = 0;
    while (
      this.#events.length - gone > this.#limits.maxEvents ||
      (this.#bytes > this.#limits.maxBytes && gone < this.#events.length)
    ) {
      this.#bytes -= this.#events[gone]?.text.length ?? 0;
      gone += 1;
    }
    if (gone > 0) this.#events.splice(0, gone);
    return event;
  }

  /**
   * Returns the events after the event `number`; `undefined` when some of them are no longer stored, or when there was
   * no event with this number.
   */
  after(number: number): readonly KeptEvent[] | undefined {
    if (number > this.#last) return undefined;
    if (number === this.#last) return [];
    const first = this.#events[0];
    if (first === undefined || number < first.number - 1) return undefined;
    return this.#events.slice(number - first.number + 1);
  }

  /** Drops all events and skips one number. Every listener that reconnects then gets a snapshot. */
  clear(): void {
    this.#events = [];
    this.#bytes = 0;
    this.#last += 1;
  }
}
