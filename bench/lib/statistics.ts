/** The summary of the runs of one figure. */
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

/** The value below which the share `q` of all values lies, interpolated linearly between two neighbours. */
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
 * The ratio of our figure to that of the other client: the quotient of the medians, and the range of the quotients
 * within one round. `ours[i]` and `theirs[i]` are of round i; the figure of a failed run is `undefined`.
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
