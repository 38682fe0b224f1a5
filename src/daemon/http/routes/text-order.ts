const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * Computes the alphabetical ranks of texts: case and accents are ignored, and numbers are sorted by value. Comparing is
 * slow and names seldom change, so the ranks are cached until a new text occurs.
 */
export class TextOrder {
  #places: ReadonlyMap<string, number> = new Map();

  /**
   * Returns the rank of each text, from 0. When the ranks are computed again, texts that are not in `texts` are
   * dropped.
   */
  places(texts: readonly string[]): ReadonlyMap<string, number> {
    if (texts.every((text) => this.#places.has(text))) return this.#places;
    const sorted = [...new Set(texts)].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
    this.#places = new Map(sorted.map((text, place) => [text, place]));
    return this.#places;
  }
}
