import { cutText, textWidth } from "../../terminal/index.ts";

/** `text`, which has no control characters, in lines of at most `width` columns: broken between words, within one only when it is too long. */
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
    while (textWidth(line) > width) {
      const head = cutText(line, width, "");
      // A character that is wider than the line stands alone.
      const part = head === "" ? String.fromCodePoint(line.codePointAt(0) ?? 0) : head;
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}
