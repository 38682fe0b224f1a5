import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { throwIfAborted } from "../base/index.ts";
import type { Random } from "../runtime/index.ts";

const CHUNK_LENGTH = 1024 * 1024;

/**
 * Writes a file of `size` bytes in which no two pieces are equal. It consists of copies of one random chunk, in which
 * numbers make each copy unique. To make `size` random bytes would take longer than the demo's download.
 */
export async function writeDemoFile(path: string, size: number, random: Random, signal: AbortSignal): Promise<void> {
  const chunk = random.bytes(CHUNK_LENGTH);
  const numbers = new DataView(chunk.buffer, chunk.byteOffset);
  const file = await open(path, "wx");
  try {
    for (let at = 0; at < size; at += CHUNK_LENGTH) {
      throwIfAborted(signal);
      for (let mark = 0; mark < CHUNK_LENGTH; mark += 16_384) numbers.setFloat64(mark, at + mark);
      await file.write(chunk, 0, Math.min(CHUNK_LENGTH, size - at));
    }
  } finally {
    await file.close();
  }
}

/** Returns the SHA-256 of a file, in hexadecimal. */
export async function sha256File(path: string): Promise<string> {
  const sum = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_LENGTH }))
    if (chunk instanceof Uint8Array) sum.update(chunk);
  return sum.digest("hex");
}
