/** A list that a script can go through, and that draws itself as a whole where it is printed. */
export class Drawn<T> extends Array<T> {
  readonly #draw: () => string;

  private constructor(draw: () => string) {
    super();
    this.#draw = draw;
  }

  static list<T>(elements: Iterable<T>, draw: () => string): Drawn<T> {
    const drawn = new Drawn<T>(draw);
    for (const element of elements) drawn.push(element);
    return drawn;
  }

  /** What `map` and `filter` make: plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override toString(): string {
    return this.#draw();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#draw();
  }
}
