/**
 * Measures the work of the turns of the event loop in CPU time, which does not depend on the load of the machine. A
 * turn lasts from one immediate to the next.
 */
export class TurnMeter {
  /** Milliseconds of CPU of this process in its longest turn so far. */
  longest = 0;
  #isRunning = true;

  constructor() {
    let before = process.cpuUsage();
    const turn = (): void => {
      const { user, system } = process.cpuUsage(before);
      before = process.cpuUsage();
      this.longest = Math.max(this.longest, (user + system) / 1000);
      if (this.#isRunning) setImmediate(turn);
    };
    setImmediate(turn);
  }

  stop(): void {
    this.#isRunning = false;
  }
}

/**
 * Milliseconds of CPU that this machine takes for a fixed piece of work, some 10 ms on one of 2024: the unit of the
 * bounds.
 */
export function unitOfWork(): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    let sum = 0;
    for (let n = 0; n < 5_000_000; n++) sum = (Math.imul(sum, 31) + n) | 0;
    const { user, system } = process.cpuUsage(before);
    return sum === 0.5 ? 0 : (user + system) / 1000;
  });
  return times.toSorted((a, b) => a - b)[2] ?? 1;
}
