/**
 * Parses the text of an optional number, which may be zero; returns null when the text is empty, negative or not a
 * number.
 */
export function optional(text: string): number | null {
  if (text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** Parses the text of a whole number greater than zero; returns null for any other text. */
export function positive(text: string): number | null {
  const value = optional(text);
  return value === null || value < 1 ? null : Math.round(value);
}

/** Formats a number as the text of an input field; null becomes an empty text. */
export function shown(value: number | null): string {
  return value === null ? "" : String(value);
}
