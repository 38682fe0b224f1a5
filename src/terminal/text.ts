/**
 * Functions for text on a terminal. Text from torrents, trackers and peers may be hostile, so it is escaped; columns
 * have a fixed width.
 */

/**
 * Matches the characters to escape: control characters, characters that change the writing direction, line separators,
 * halves of surrogate pairs, and invisible characters (zero width, tags), with which two different names can look
 * alike.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Returns `text` with every unsafe or invisible character escaped, such as `\n`, `\x1b` or `\u202e`. */
export function clean(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return (
      SHORT[character] ??
      (code < 0x100 ? `\\x${hex.padStart(2, "0")}` : code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`)
    );
  });
}

/**
 * The first and last code points of the ranges of characters that are two columns wide: East Asian wide and full-width
 * characters, and emoji.
 */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1aff0, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f19a],
  [0x1f1e6, 0x1f1ff],
  [0x1f200, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

const ZERO_WIDTH = /\p{Mn}|\p{Me}|\u200d/u;
/** Matches printable ASCII, in which each character is one column wide. */
const ASCII = /^[\x20-\x7e]*$/;

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Returns the number of columns of `text` on a terminal. `text` must not contain control characters. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Cuts `text` to at most `columns` columns. When it is too long, the result ends with `mark`. */
export function cutText(text: string, columns: number, mark = "…"): string {
  if (textWidth(text) <= columns) return text;
  const room = columns - textWidth(mark);
  if (room < 0) return "";
  let used = 0;
  let out = "";
  for (const character of text) {
    const width = characterWidth(character);
    if (used + width > room) break;
    used += width;
    out += character;
  }
  return out + mark;
}

/**
 * Cuts or pads `text` to exactly `columns` columns. When it is too long, the result ends with `mark` in place of the
 * rest.
 */
export function fitText(text: string, columns: number, align: "left" | "right" = "left", mark = "…"): string {
  const cut = cutText(text, columns, mark);
  const spaces = " ".repeat(Math.max(0, columns - textWidth(cut)));
  return align === "left" ? cut + spaces : spaces + cut;
}

/** A column of {@link table}. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Returns lines of text: the titles of the columns, then the rows. Each column is as wide as its longest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, at) =>
    Math.max(textWidth(column.title), ...rows.map((row) => textWidth(row[at] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, at) => fitText(cells[at] ?? "", widths[at] ?? 0, align))
      .join("  ")
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)];
}
