import { InputError } from "../base/index.ts";
import { ipv4Value, ipv6Bytes } from "./address-values.ts";
import { Ipv4RangesBuilder, type Ipv4Ranges } from "./ipv4-ranges.ts";
import { Ipv6RangesBuilder, type Ipv6Ranges } from "./ipv6-ranges.ts";
import { MAX_LINE_LENGTH, MAX_RANGES } from "./limits.ts";
import { RangeLineReader } from "./range-line.ts";

const NEWLINE = 0x0a;

/**
 * A set of blocked ranges of IP addresses. It does not change; {@link IpFilterParser} makes it.
 *
 * @example
 * ```ts
 * import { utf8 } from "millrace/base";
 * import { IpFilterParser } from "millrace/ipfilter";
 *
 * const parser = new IpFilterParser();
 * parser.push(utf8("Example network:192.0.2.0-192.0.2.255\n2001:db8::/32\n"));
 * const filter = parser.end();
 * filter.blocks("192.0.2.7"); // => true
 * filter.blocks("2001:db8::1"); // => true
 * filter.blocks("198.51.100.1"); // => false
 * ```
 */
export class IpFilter {
  readonly #ipv4: Ipv4Ranges;
  readonly #ipv6: Ipv6Ranges;
  /** The number of lines that were no valid range and were ignored. */
  readonly ignoredLines: number;

  constructor(ipv4: Ipv4Ranges, ipv6: Ipv6Ranges, ignoredLines: number) {
    this.#ipv4 = ipv4;
    this.#ipv6 = ipv6;
    this.ignoredLines = ignoredLines;
  }

  /** The number of ranges, after those that overlap or adjoin were merged. */
  get size(): number {
    return this.#ipv4.size + this.#ipv6.size;
  }

  /** Whether an address is in one of the ranges. `ip` is canonical text, see `canonicalIp`. */
  blocks(ip: string): boolean {
    const value = ipv4Value(ip);
    if (value !== undefined) return this.#ipv4.has(value);
    const bytes = ipv6Bytes(ip);
    return bytes !== undefined && this.#ipv6.has(bytes);
  }
}

/**
 * Parses IP filters from bytes as they arrive. A line is a range in one of these forms; forms may be mixed:
 *
 * - PeerGuardian (P2P): `name:1.2.3.0-1.2.3.255`
 * - eMule (DAT): `001.002.003.000 - 001.002.003.255 , 100 , name`; a range with an access level above 127 is allowed
 * - CIDR: `1.2.3.0/24`, `2001:db8::/32`
 * - an address, or `FIRST-LAST`, IPv4 or IPv6
 *
 * Empty lines and lines that begin with `#`, `;` or `//` are comments. All other lines are ignored and counted.
 */
export class IpFilterParser {
  readonly #reader = new RangeLineReader();
  readonly #ipv4 = new Ipv4RangesBuilder();
  readonly #ipv6 = new Ipv6RangesBuilder();
  /** The start of a line whose end has not arrived yet. */
  readonly #rest = new Uint8Array(MAX_LINE_LENGTH);
  #restLength = 0;
  #isTooLong = false;
  #ignored = 0;

  /** The number of ranges so far. */
  get size(): number {
    return this.#ipv4.size + this.#ipv6.size;
  }

  /** The number of lines so far that were ignored because they are no valid range. */
  get ignoredLines(): number {
    return this.#ignored;
  }

  /** Parses the next bytes. Throws InputError `ipfilter.too-many` for more ranges than the limit. */
  push(bytes: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) break;
      if (this.#restLength > 0 || this.#isTooLong) {
        this.#keep(bytes.subarray(start, end));
        this.#endLine();
      } else this.#read(bytes, start, end);
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  /** Ends a file: its last line needs no line end. The parser may go on with another file. */
  endFile(): void {
    if (this.#restLength > 0 || this.#isTooLong) this.#endLine();
  }

  /** Returns the filter of all that was parsed. The parser must not be used afterwards. */
  end(): IpFilter {
    this.endFile();
    return new IpFilter(this.#ipv4.build(), this.#ipv6.build(), this.#ignored);
  }

  #keep(bytes: Uint8Array): void {
    if (this.#restLength + bytes.length > MAX_LINE_LENGTH) {
      this.#isTooLong = true;
      return;
    }
    this.#rest.set(bytes, this.#restLength);
    this.#restLength += bytes.length;
  }

  #endLine(): void {
    if (this.#isTooLong) this.#ignored++;
    else this.#read(this.#rest, 0, this.#restLength);
    this.#restLength = 0;
    this.#isTooLong = false;
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > MAX_LINE_LENGTH) {
      this.#ignored++;
      return;
    }
    const range = this.#reader.read(bytes, start, end);
    if (range === "nothing") return;
    if (range === "invalid") this.#ignored++;
    else if (range.family === 4) this.#ipv4.add(range.first, range.last);
    else this.#ipv6.add(range.first, range.last);
    if (this.size > MAX_RANGES)
      throw new InputError("ipfilter.too-many", `the IP filter has more than ${MAX_RANGES} ranges`);
  }
}
