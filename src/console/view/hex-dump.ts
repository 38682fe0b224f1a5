import { latin1Decode, toHex } from "../../base/index.ts";

/** The number of bytes in each line of a hex dump. */
const LINE = 16;

/**
 * Formats bytes as a hex dump: each line has the offset, hexadecimal digits and printable characters. At most `limit`
 * bytes are shown.
 */
export function hexDump(bytes: Uint8Array, limit = 4096): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, limit); at += LINE) {
    const part = bytes.subarray(at, Math.min(at + LINE, limit));
    const hex = (toHex(part).match(/../g) ?? [])
      .map((byte, place) => (place === LINE / 2 ? ` ${byte}` : byte))
      .join(" ");
    lines.push(
      `${at.toString(16).padStart(8, "0")}  ${hex.padEnd(LINE * 3)}  ${latin1Decode(part).replaceAll(/[^\x20-\x7e]/g, ".")}`,
    );
  }
  if (bytes.length > limit) lines.push(`and ${bytes.length - limit} bytes more`);
  return lines.length === 0 ? "no bytes" : lines.join("\n");
}
