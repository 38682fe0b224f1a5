import { toHex } from "../../base/index.ts";
import type { Entry } from "../conversation/entry.ts";
import { describeMessage } from "./describe.ts";

/**
 * Converts a message to an object for JSON: bytes become hexadecimal text, and `says` is the description of the
 * message.
 */
export function entryJson(entry: Entry, pieceCount?: number): Readonly<Record<string, unknown>> {
  const { findings, ...message } = entry;
  return {
    ...Object.fromEntries(Object.entries(message).map(([key, value]) => [key, plain(value)])),
    says: describeMessage(entry, pieceCount),
    findings,
  };
}

/**
 * Converts a value that JSON does not support, such as bytes or a map. Messages have at most two levels of nesting.
 */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [String(key), plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
