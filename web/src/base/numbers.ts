/** A number that may be left out, as typed: empty, negative or no number is null, and zero is zero. */
export function optional(text: string): number | null {
  if (text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** A whole number above zero, or null for none. */
export function positive(text: string): number | null {
  const value = optional(text);
  return value === null || value < 1 ? null : Math.round(value);
}

/** A number as a field shows it; empty for null. */
export function shown(value: number | null): string {
  return value === null ? "" : String(value);
}
