/** Bytes in a row. */
const ROW = 16;
/** Bytes shown at the most. */
const MOST = 512;

/** Bytes as hexadecimal and text, sixteen a line. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST); at += ROW) {
    const row = bytes.subarray(at, Math.min(at + ROW, bytes.length));
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(ROW * 3 - 1)}  ${text}`);
  }
  if (bytes.length > MOST) lines.push(`… ${bytes.length} bytes in all`);
  return lines.length === 0 ? "no bytes" : lines.join("\n");
}
