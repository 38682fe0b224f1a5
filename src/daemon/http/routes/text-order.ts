const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * Sorts texts for display, without regard to case and accents, and with numbers by value. The comparison is slow and
 * names seldom change, so the order is cached until a new text occurs.
 */
export class TextOrder {
  #places: ReadonlyMap<string, number> = new Map();

  /** Returns the position of each text in the order. Drops cached texts that are not in `texts`. */
  places(texts: readonly string[]): ReadonlyMap<string, number> {
    if (texts.every((text) => this.#places.has(text))) return this.#places;
    const sorted = [...new Set(texts)].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
    this.#places = new Map(sorted.map((text, place) => [text, place]));
    return this.#places;
  }
}
