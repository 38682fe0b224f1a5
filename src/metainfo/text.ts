import { latin1Decode, utf8DecodeStrict } from "../base/index.ts";

/** Reads names as text: UTF-8 when they are, else the encoding that the torrent names, else windows-1252, which takes any byte. */
export type TextReader = (bytes: Uint8Array) => string;

const LONGEST_LABEL = 40;

/** A reader for a torrent with this `encoding` key (a label such as `GBK`, `Shift_JIS`, `windows-1251`); unknown labels count as none. */
export function textReader(encoding: string | undefined): TextReader {
  const fallback = legacyDecoder(encoding);
  return (bytes) => (isAscii(bytes) ? latin1Decode(bytes) : (utf8DecodeStrict(bytes) ?? fallback.decode(bytes)));
}

function legacyDecoder(label: string | undefined): { decode(bytes: Uint8Array): string } {
  if (label !== undefined && label.length <= LONGEST_LABEL && !/^utf-?8$/i.test(label)) {
    try {
      return new TextDecoder(label);
    } catch {
      // Not a label of the Encoding Standard.
    }
  }
  return new TextDecoder("windows-1252");
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}
