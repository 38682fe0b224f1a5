import type { Clock, Timer } from "../runtime/index.ts";
import type { EventQueue } from "./events.ts";

/** The wall-clock time at which every world starts: 2025-01-01. */
const EPOCH_MS = 1_735_689_600_000;

/** Whether a process has ended. No callback of a crashed process is called. */
export interface Life {
  readonly isOver: boolean;
}

/** The virtual clock of one process. */
export class SimClock implements Clock {
  readonly #events: EventQueue;
  readonly #life: Life;
  #pending = 0;

  constructor(events: EventQueue, life: Life = { isOver: false }) {
    this.#events = events;
    this.#life = life;
  }

  /** The number of timers that have neither run nor been cancelled. It is 0 after a client was closed. */
  get pending(): number {
    return this.#pending;
  }

  now(): number {
    return this.#events.now;
  }

  wallTime(): number {
    return EPOCH_MS + Math.floor(this.#events.now);
  }

  after(ms: number, callback: () => void): Timer {
    return this.#start(ms, callback, false);
  }

  every(ms: number, callback: () => void): Timer {
    return this.#start(Math.max(1, ms), callback, true);
  }

  soon(callback: () => void): void {
    this.after(0, callback);
  }

  #start(ms: number, callback: () => void, repeats: boolean): Timer {
    let isOver = false;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      this.#pending--;
    };
    const run = (): void => {
      if (this.#life.isOver || isOver) return finish();
      if (repeats) cancel = this.#events.add(ms, run);
      else finish();
      callback();
    };
    this.#pending++;
    let cancel = this.#events.add(ms, run);
    return {
      cancel: () => {
        cancel();
        finish();
      },
    };
  }
}
