import type { Output } from "../output/output.ts";
import { textWidth } from "../../terminal/index.ts";

/** A name and what it stands for; several values stand below each other. `undefined` and empty lists are left out. */
export type Field = readonly [name: string, value: string | readonly string[] | undefined];

/** Fields in two columns. Values must be clean. */
export function printFields(output: Output, fields: readonly Field[]): void {
  const shown = fields
    .map(([name, value]) => [name, typeof value === "string" ? [value] : (value ?? [])] as const)
    .filter(([, values]) => values.length > 0);
  const width = Math.max(0, ...shown.map(([name]) => textWidth(name)));
  for (const [name, values] of shown) {
    values.forEach((value, at) => output.line(`${output.style.dim((at === 0 ? name : "").padEnd(width))}  ${value}`));
  }
}
