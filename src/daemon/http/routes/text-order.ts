const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * Texts in the order in which people look for them (capitals and accents aside, numbers by size). Comparing so is slow,
 * and names seldom change: places are remembered, and worked out again only when a text comes that has none.
 */
export class TextOrder {
  #places: ReadonlyMap<string, number> = new Map();

  /** The place of each of these texts. What is not among them is forgotten. */
  places(texts: readonly string[]): ReadonlyMap<string, number> {
    if (texts.every((text) => this.#places.has(text))) return this.#places;
    const sorted = [...new Set(texts)].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
    this.#places = new Map(sorted.map((text, place) => [text, place]));
    return this.#places;
  }
}
