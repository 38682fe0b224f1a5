/** A range of bytes: from offset `start` up to but not including `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Parses a Range header for a file of `size` bytes (RFC 9110, section 14). Returns `"unsatisfiable"` when the file
 * has no byte of the range. Returns `undefined` when the whole file must be sent: without a header, for units other
 * than bytes, several ranges or an invalid header.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=[ \t]*(\d{0,16})-(\d{0,16})[ \t]*$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Number(last) + 1;
  if (last !== "" && end <= start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end: Math.min(end, size) };
}
