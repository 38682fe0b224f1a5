const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * Texts in the order for users (without regard to case and accents, numbers by size). This comparison is slow and names
 * seldom change: the order is kept, and computed again when a new text comes.
 */
export class TextOrder {
  #places: ReadonlyMap<string, number> = new Map();

  /** The place of each of these texts. Texts that are missing here are forgotten. */
  places(texts: readonly string[]): ReadonlyMap<string, number> {
    if (texts.every((text) => this.#places.has(text))) return this.#places;
    const sorted = [...new Set(texts)].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
    this.#places = new Map(sorted.map((text, place) => [text, place]));
    return this.#places;
  }
}
