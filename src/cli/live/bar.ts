import type { Style } from "../../terminal/index.ts";

/** The characters for a column of which no eighth, one eighth, … seven eighths are filled. */
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** Returns a progress bar that is `columns` wide and filled to `share` (0 to 1). */
export function bar(share: number, columns: number, style: Style): string {
  const clamped = Math.min(1, Math.max(0, share));
  if (!style.unicode) {
    const inner = Math.max(0, columns - 2);
    const filled = Math.floor(clamped * inner);
    return `[${"#".repeat(filled)}${".".repeat(inner - filled)}]`;
  }
  const eighths = Math.floor(clamped * columns * 8);
  const full = Math.floor(eighths / 8);
  const part = PARTS[eighths % 8] ?? "";
  const rest = columns - full - (part === "" ? 0 : 1);
  return style.accent("█".repeat(full) + part) + style.dim("░".repeat(rest));
}
