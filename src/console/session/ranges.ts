/**
 * A sorted set of byte ranges that do not overlap or touch. It stores which bytes of a piece have arrived, because
 * blocks that the user requests may have any offset and length.
 */
export class Ranges {
  readonly #ranges: [from: number, to: number][] = [];

  add(from: number, to: number): void {
    let begin = from;
    let end = to;
    for (let at = 0; at < this.#ranges.length;) {
      const range = this.#ranges[at];
      if (range === undefined || range[1] < begin || range[0] > end) {
        at++;
        continue;
      }
      begin = Math.min(begin, range[0]);
      end = Math.max(end, range[1]);
      this.#ranges.splice(at, 1);
    }
    this.#ranges.push([begin, end]);
    this.#ranges.sort((a, b) => a[0] - b[0]);
  }

  clear(): void {
    this.#ranges.length = 0;
  }

  covers(from: number, to: number): boolean {
    return from >= to || this.#ranges.some((range) => range[0] <= from && range[1] >= to);
  }

  /** Total number of bytes in all ranges. */
  get size(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }
}
