/**
 * A map that stores its first entry without a `Map`, which saves memory: a hostile torrent may have half a million
 * folders with one entry each. Entries cannot be removed.
 */
export class SmallMap<V> {
  #key: string | undefined;
  #value: V | undefined;
  #more: Map<string, V> | undefined;

  has(key: string): boolean {
    return key === this.#key || this.#more?.has(key) === true;
  }

  get(key: string): V | undefined {
    return key === this.#key ? this.#value : this.#more?.get(key);
  }

  /** Adds an entry whose key is not in the map yet. */
  add(key: string, value: V): void {
    if (this.#key === undefined) {
      this.#key = key;
      this.#value = value;
    } else (this.#more ??= new Map()).set(key, value);
  }
}
