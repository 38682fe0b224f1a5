import { textWidth } from "../../terminal/index.ts";

/**
 * Splits a text into lines of at most `width` columns. Breaks lines between words; only a word that is longer than a
 * line is broken itself. `text` must not contain control characters.
 */
export function wrapText(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    if (textWidth(line) <= width) continue;
    const parts = chop(line, width);
    line = parts.pop() ?? "";
    for (const part of parts) lines.push(part);
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

/**
 * Splits a word into parts of at most `width` columns. A character that is wider than `width` becomes a part of its
 * own.
 */
function chop(word: string, width: number): string[] {
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  let used = 0;
  for (const character of word) {
    const columns = textWidth(character);
    if (used + columns > width && at > from) {
      parts.push(word.slice(from, at));
      from = at;
      used = 0;
    }
    used += columns;
    at += character.length;
  }
  parts.push(word.slice(from));
  return parts;
}
