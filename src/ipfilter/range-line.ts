import { latin1Decode } from "../base/index.ts";
import { compareBytes, fitsIpv4, ipv4Number, ipv6Bytes } from "./address-values.ts";

/**
 * A range of addresses, both ends included: IPv4 addresses as unsigned 32-bit numbers, IPv6 addresses as 16 bytes.
 */
export type RangeLine =
  | { readonly family: 4; readonly first: number; readonly last: number }
  | { readonly family: 6; readonly first: Uint8Array; readonly last: Uint8Array };

/** The highest access level of a DAT line that blocks its range: eMule allows addresses with a higher level. */
const MAX_BLOCKED_LEVEL = 127;

const SPACE = 0x20;
const HASH = 0x23;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

/**
 * Reads lines of IP filters. IPv4 lines are read from the bytes without a string for each of them, because filters have
 * a million lines; one object is reused for all of them.
 */
export class RangeLineReader {
  readonly #ipv4 = { family: 4 as const, first: 0, last: 0 };
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  /**
   * Reads the line at `start` to `end` (without its line end). Returns the range that it blocks, which is valid until
   * the next call; `"nothing"` for an empty line, a comment, or a range with an access level that allows it;
   * `"invalid"` for any other line.
   */
  read(bytes: Uint8Array, start: number, end: number): RangeLine | "nothing" | "invalid" {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#skipSpaces();
    while (this.#end > this.#at && isSpace(bytes[this.#end - 1])) this.#end--;
    if (this.#at === this.#end || this.#isComment()) return "nothing";
    const from = this.#at;
    const lineEnd = this.#end;
    const plain = this.#readIpv4(false);
    if (plain !== "invalid") return plain;
    // PeerGuardian: "name:1.2.3.4-1.2.3.9". The name may have colons.
    const colon = bytes.lastIndexOf(COLON, lineEnd - 1);
    if (colon >= from) {
      this.#at = colon + 1;
      const named = this.#readIpv4(true);
      if (named !== "invalid") return named;
    }
    return readIpv6(latin1Decode(bytes.subarray(from, lineEnd)));
  }

  /** Reads `A - B`, `A / BITS` or `A`, then the access level of a DAT line, unless the range must end the line. */
  #readIpv4(endsLine: boolean): RangeLine | "nothing" | "invalid" {
    const range = this.#ipv4;
    range.first = this.#readAddress();
    if (range.first < 0) return "invalid";
    range.last = range.first;
    this.#skipSpaces();
    const next = this.#next();
    if (next === MINUS) {
      this.#at++;
      this.#skipSpaces();
      range.last = this.#readAddress();
      if (range.last < range.first) return "invalid";
    } else if (next === SLASH && !endsLine) {
      this.#at++;
      const bits = this.#readNumber(32);
      if (bits < 0) return "invalid";
      const size = 2 ** (32 - bits);
      range.first -= range.first % size;
      range.last = range.first + size - 1;
    } else if (endsLine) return "invalid";
    this.#skipSpaces();
    if (this.#at === this.#end) return range;
    if (endsLine) return "invalid";
    return this.#readLevel(range);
  }

  #readLevel(range: RangeLine): RangeLine | "nothing" | "invalid" {
    if (this.#isComment()) return range;
    if (this.#next() !== COMMA) return "invalid";
    this.#at++;
    this.#skipSpaces();
    const level = this.#readNumber(999);
    // Some lists have the description in the place of the level.
    return level > MAX_BLOCKED_LEVEL ? "nothing" : range;
  }

  /** Returns the IPv4 address at the current position as a number, -1 for anything else. Leading zeros are allowed. */
  #readAddress(): number {
    let address = 0;
    for (let index = 0; index < 4; index++) {
      if (index > 0) {
        if (this.#next() !== DOT) return -1;
        this.#at++;
      }
      const octet = this.#readNumber(255);
      if (octet < 0) return -1;
      address = address * 256 + octet;
    }
    return address;
  }

  /** Returns the number of one to three digits at the current position; -1 for anything else or above `max`. */
  #readNumber(max: number): number {
    let value = 0;
    const start = this.#at;
    while (this.#at < this.#end && this.#at - start < 3) {
      const code = this.#bytes[this.#at] ?? 0;
      if (code < ZERO || code > NINE) break;
      value = value * 10 + code - ZERO;
      this.#at++;
    }
    return this.#at === start || value > max ? -1 : value;
  }

  #isComment(): boolean {
    const code = this.#next();
    return code === HASH || code === SEMICOLON || (code === SLASH && this.#bytes[this.#at + 1] === SLASH);
  }

  #next(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at] : undefined;
  }

  #skipSpaces(): void {
    while (this.#at < this.#end && isSpace(this.#bytes[this.#at])) this.#at++;
  }
}

/** Whether a byte is a space, a tab or a carriage return. */
function isSpace(code: number | undefined): boolean {
  return code === SPACE || code === 0x09 || code === 0x0d;
}

/** `FIRST`, `FIRST/BITS` or `FIRST-LAST`, then the access level and description of a DAT line, or a comment. */
const IPV6_LINE =
  /^(?<first>[0-9a-f:.]+)\s*(?:\/\s*(?<bits>\d{1,3})|-\s*(?<last>[0-9a-f:.]+))?\s*(?:,\s*(?<level>\d{1,3})?.*|[#;].*|\/\/.*)?$/i;

function readIpv6(line: string): RangeLine | "nothing" | "invalid" {
  const { first = "", bits, last, level } = IPV6_LINE.exec(line)?.groups ?? {};
  const start = ipv6Bytes(first);
  const end = last === undefined ? start?.slice() : ipv6Bytes(last);
  if (start === undefined || end === undefined) return "invalid";
  if (bits !== undefined && !widen(start, end, Number(bits))) return "invalid";
  if (compareBytes(start, end) > 0) return "invalid";
  if (Number(level ?? 0) > MAX_BLOCKED_LEVEL) return "nothing";
  if (fitsIpv4(start) && fitsIpv4(end)) return { family: 4, first: ipv4Number(start), last: ipv4Number(end) };
  return { family: 6, first: start, last: end };
}

/** Clears the bits of `start` after the first `bits`, and sets those of `end`. Returns `false` for too many bits. */
function widen(start: Uint8Array, end: Uint8Array, bits: number): boolean {
  if (bits > 128) return false;
  for (let at = 0; at < 16; at++) {
    const mask = 0xff >> Math.min(8, Math.max(0, bits - at * 8));
    start[at] = (start[at] ?? 0) & ~mask;
    end[at] = (end[at] ?? 0) | mask;
  }
  return true;
}
