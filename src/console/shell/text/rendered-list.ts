/** An array that scripts use as an array, but that the console prints as one text, such as a table. */
export class RenderedList<T> extends Array<T> {
  readonly #render: () => string;

  private constructor(render: () => string) {
    super();
    this.#render = render;
  }

  static list<T>(elements: Iterable<T>, render: () => string): RenderedList<T> {
    const list = new RenderedList<T>(render);
    for (const element of elements) list.push(element);
    return list;
  }

  /** Makes `map` and `filter` return plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override toString(): string {
    return this.#render();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#render();
  }
}
