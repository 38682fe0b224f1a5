const POLYNOMIAL = 0xedb88320;

/** Table k has the checksum of each byte followed by k zero bytes, so that four bytes are taken at once. */
const [T0, T1, T2, T3] = makeTables();

function makeTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const tables: [Int32Array, Int32Array, Int32Array, Int32Array] = [
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
  ];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[0][byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++)
    for (let index = 1; index < 4; index++) {
      const before = tables[index - 1]?.[byte] ?? 0;
      const table = tables[index];
      if (table !== undefined) table[byte] = (before >>> 8) ^ (tables[0][before & 0xff] ?? 0);
    }
  return tables;
}

/**
 * Returns the CRC-32 of gzip (RFC 1952) of bytes that follow others, whose checksum is `before` (0 for none), as a
 * signed 32-bit number.
 */
export function crc32(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= at32(bytes, at);
    crc =
      (T3[crc & 0xff] ?? 0) ^ (T2[(crc >>> 8) & 0xff] ?? 0) ^ (T1[(crc >>> 16) & 0xff] ?? 0) ^ (T0[crc >>> 24] ?? 0);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (T0[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~crc;
}

function at32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
