import type { JSX } from "preact";
import { percent } from "../base/format.ts";

interface Props {
  /** The completed fraction, from 0 to 1. */
  readonly value: number;
  readonly label: string;
  /** The text before the percentage. Default: none. */
  readonly prefix?: string;
  readonly tone?: "down" | "up" | "idle" | "bad" | "busy";
}

/** A progress bar with its percentage. */
export function Progress({ value, label, prefix = "", tone = "down" }: Props): JSX.Element {
  const part = Math.max(0, Math.min(1, value));
  return (
    <div
      class={`progress ${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.floor(part * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <div class="fill" style={{ transform: `scaleX(${part.toFixed(4)})` }} />
      <span>{`${prefix}${percent(part)}`}</span>
    </div>
  );
}
