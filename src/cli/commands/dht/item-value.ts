import { toHex, utf8DecodeStrict } from "../../../base/index.ts";
import { decode, keyToBytes, type BValue } from "../../../bencode/index.ts";
import { clean } from "../../../terminal/index.ts";

/**
 * Returns the value of an item for JSON output: strings that are not UTF-8 become `{ "hex": … }`. `bencoded` must be
 * valid bencode.
 */
export function itemValue(bencoded: Uint8Array): unknown {
  return toJson(decode(bencoded));
}

/** Returns the value of an item as one line of escaped text: a string unchanged, any other value as JSON. */
export function itemText(bencoded: Uint8Array): string {
  const value = itemValue(bencoded);
  return clean(typeof value === "string" ? value : JSON.stringify(value));
}

function toJson(value: BValue): unknown {
  if (value instanceof Uint8Array) return utf8DecodeStrict(value) ?? { hex: toHex(value) };
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map)
    return Object.fromEntries(
      [...value].map(([key, inner]) => {
        const bytes = keyToBytes(key);
        return [utf8DecodeStrict(bytes) ?? toHex(bytes), toJson(inner)];
      }),
    );
  return Array.isArray(value) ? value.map(toJson) : value;
}
