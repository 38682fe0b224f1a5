/**
 * How much work the turns of the event loop are: CPU time, so that a loaded machine changes nothing. A turn is what lies between two
 * immediates.
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
