import { InputError, concatBytes } from "../../base/index.ts";
import type { Files } from "../../runtime/index.ts";
import { MAX_RECORDING_BYTES, MAX_RECORDING_LINE } from "./limits.ts";

/** The number of bytes that are read from the disk at once. */
const CHUNK = 262_144;
const LINE_END = 0x0a;

/** A line without its line end. `isWhole` is false when the file ends without a line end after this line. */
export interface RawLine {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

/**
 * Yields the lines of a file in groups: the lines of each chunk that was read. Throws InputError `console.recording`
 * when the file or a line is too long, and StorageError.
 */
export async function* readLines(files: Pick<Files, "open">, path: string): AsyncGenerator<RawLine[]> {
  const file = await files.open(path, "read");
  try {
    let parts: Uint8Array[] = [];
    let gathered = 0;
    let number = 1;
    for (let position = 0; ;) {
      const chunk = new Uint8Array(CHUNK);
      const length = await file.read(chunk, position);
      if (length === 0) break;
      position += length;
      if (position > MAX_RECORDING_BYTES)
        throw new InputError(
          "console.recording",
          `${path} is larger than ${MAX_RECORDING_BYTES} bytes: too large for a recording`,
        );
      let rest = chunk.subarray(0, length);
      const lines: RawLine[] = [];
      for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
        lines.push({ bytes: concatBytes([...parts, rest.subarray(0, end)]), isWhole: true });
        parts = [];
        gathered = 0;
        number++;
        rest = rest.subarray(end + 1);
      }
      yield lines;
      if (rest.length > 0) parts.push(rest);
      gathered += rest.length;
      if (gathered > MAX_RECORDING_LINE)
        throw new InputError("console.recording", `${path}, line ${number}: longer than ${MAX_RECORDING_LINE} bytes`, {
          fields: { line: number },
        });
    }
    if (gathered > 0) yield [{ bytes: concatBytes(parts), isWhole: false }];
  } finally {
    await file.close();
  }
}
