/** What a column of runs comes to. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** The value below which the share `q` of all values lies, between two neighbours in a straight line. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function summarize(values: readonly number[]): Summary | undefined {
  return values.length === 0
    ? undefined
    : { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}

/**
 * How much of the peer's figure ours is: the medians divided, and the range of the quotients within one round, where
 * both ran side by side. `ours[i]` and `theirs[i]` are of round i; a round that one of them failed is `undefined`
 * there.
 */
export function ratio(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
): Summary | undefined {
  const isNumber = (value: number | undefined): value is number => value !== undefined;
  const a = ours.filter(isNumber);
  const b = theirs.filter(isNumber);
  if (a.length === 0 || b.length === 0 || median(b) === 0) return undefined;
  const rounds = ours.flatMap((value, round) => {
    const other = theirs[round];
    return value === undefined || other === undefined || other === 0 ? [] : [value / other];
  });
  const whole = median(a) / median(b);
  return { min: Math.min(whole, ...rounds), median: whole, max: Math.max(whole, ...rounds) };
}
