import { latin1Text, utf8DecodeStrict } from "../base/index.ts";

/**
 * Decodes the names in a torrent: as UTF-8 when they are valid UTF-8, else in the encoding that the torrent declares,
 * else as windows-1252, in which any byte is valid.
 */
export interface TextReader {
  (bytes: Uint8Array): string;
  /** Decodes the bytes from `start` to before `end`. */
  range(bytes: Uint8Array, start: number, end: number): string;
}

const LONGEST_LABEL = 40;
const SEEN_SLOTS = 256;
const LONGEST_SEEN = 64;

/**
 * Returns a decoder for a torrent whose key `encoding` has this value (a label such as `GBK`, `Shift_JIS`,
 * `windows-1251`). An unknown label is ignored.
 */
export function textReader(encoding: string | undefined): TextReader {
  // The decoder is made when it is first needed: most torrents need none, and a thousand of them are loaded at once.
  let fallback: { decode(bytes: Uint8Array): string } | undefined;
  // Thousands of files share the names of their folders: a name seen before is recognised by its bytes, with no string
  // made.
  const seen = new Map<number, string>();
  // All names of a document share one reader of its memory, instead of one for each name.
  let memory: ArrayBufferLike | undefined;
  let shared = latin1Text(new Uint8Array());
  const range = (bytes: Uint8Array, start: number, end: number): string => {
    const length = end - start;
    const slot = (length * 31 + (bytes[start] ?? 0) * 7 + (bytes[end - 1] ?? 0)) & (SEEN_SLOTS - 1);
    const candidate = seen.get(slot) ?? "";
    if (candidate.length === length && sameAscii(candidate, bytes, start)) return candidate;
    if (!isAscii(bytes, start, end)) {
      const part = bytes.subarray(start, end);
      return utf8DecodeStrict(part) ?? (fallback ??= legacyDecoder(encoding)).decode(part);
    }
    if (memory !== bytes.buffer) {
      memory = bytes.buffer;
      shared = latin1Text(new Uint8Array(memory));
    }
    const text = shared.toString("latin1", bytes.byteOffset + start, bytes.byteOffset + end);
    if (length <= LONGEST_SEEN) seen.set(slot, text);
    return text;
  };
  return Object.assign((bytes: Uint8Array) => range(bytes, 0, bytes.length), { range });
}

/** Whether the bytes from `start` on equal `text`, which is ASCII. */
function sameAscii(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

function legacyDecoder(label: string | undefined): { decode(bytes: Uint8Array): string } {
  if (label !== undefined && label.length <= LONGEST_LABEL && !/^utf-?8$/i.test(label)) {
    try {
      return new TextDecoder(label);
    } catch {
      // `label` is no label of the Encoding Standard.
    }
  }
  return new TextDecoder("windows-1252");
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] ?? 0) >= 0x80) return false;
  return true;
}
