import type { Bench } from "../lib/bench.ts";
import type { Metric } from "../lib/record.ts";

/** A mode of the benchmark. */
export interface BenchMode {
  /** A line for the help. */
  readonly about: string;
  /** The columns of its tables. */
  readonly metrics: readonly Metric[];
  run(bench: Bench): Promise<void>;
}

export function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
