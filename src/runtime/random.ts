/** The only source of randomness of the engine. */
export interface Random {
  /** Returns `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
  /** Returns a random integer from 0 to `limit` - 1; `limit` is 1 to 2^32. */
  below(limit: number): number;
}

/** Puts `items` in random order, in place (Fisher and Yates), and returns them. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const a = items[i];
    const b = items[j];
    if (a !== undefined && b !== undefined) {
      items[i] = b;
      items[j] = a;
    }
  }
  return items;
}
