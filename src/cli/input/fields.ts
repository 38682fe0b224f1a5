import type { Output } from "../output/output.ts";
import { textWidth } from "../../terminal/index.ts";

/**
 * A name and its value for {@link printFields}. Several values are printed below each other; fields with `undefined`
 * or an empty list are left out.
 */
export type Field = readonly [name: string, value: string | readonly string[] | undefined];

/** Prints fields in two columns. Values must not contain control characters. */
export function printFields(output: Output, fields: readonly Field[]): void {
  const shown = fields
    .map(([name, value]) => [name, typeof value === "string" ? [value] : (value ?? [])] as const)
    .filter(([, values]) => values.length > 0);
  const width = Math.max(0, ...shown.map(([name]) => textWidth(name)));
  for (const [name, values] of shown) {
    values.forEach((value, at) => output.line(`${output.style.dim((at === 0 ? name : "").padEnd(width))}  ${value}`));
  }
}
