import type { IpFamily } from "../../base/index.ts";
import { canonicalIp, ipBytes } from "../../base/index.ts";

/** Converts IP addresses and ports to compact form, into buffers that are reused: it allocates no memory. */
export class AddressPacker {
  readonly #four = new Uint8Array(6);
  readonly #sixteen = new Uint8Array(18);
  readonly #ip4 = this.#four.subarray(0, 4);
  readonly #ip6 = this.#sixteen.subarray(0, 16);
  #lastText6: string | undefined;
  family: IpFamily = 4;

  /** The IP address and port in compact form, 6 or 18 bytes. Valid until the next {@link AddressPacker.pack}. */
  get compact(): Uint8Array {
    return this.family === 4 ? this.#four : this.#sixteen;
  }

  /** The IP address, 4 or 16 bytes. Valid until the next {@link AddressPacker.pack}. */
  get ip(): Uint8Array {
    return this.family === 4 ? this.#ip4 : this.#ip6;
  }

  /**
   * Packs an IP address (as text) and a port. An IPv4-mapped IPv6 address is packed as IPv4. Returns `false` when no
   * peer can have the address, such as `0.0.0.0` and `::`.
   */
  pack(text: string, port: number): boolean {
    if (!this.#packIpv4(text) && !this.#packOther(text)) return false;
    if (isUnspecified(this.ip)) return false;
    const compact = this.compact;
    compact[compact.length - 2] = port >>> 8;
    compact[compact.length - 1] = port;
    return true;
  }

  /** Packs an address of the form `1.2.3.4`; returns whether the text had this form. Uses no regular expression. */
  #packIpv4(text: string): boolean {
    let part = 0;
    let value = 0;
    let length = 0;
    for (let at = 0; at <= text.length; at++) {
      const code = at === text.length ? 0x2e : text.charCodeAt(at);
      if (code === 0x2e) {
        if (length === 0 || part > 3) return false;
        this.#four[part++] = value;
        value = 0;
        length = 0;
        continue;
      }
      const digit = code - 0x30;
      if (digit < 0 || digit > 9 || ++length > 3) return false;
      value = value * 10 + digit;
      if (value > 255) return false;
    }
    if (part !== 4) return false;
    this.family = 4;
    return true;
  }

  #packOther(text: string): boolean {
    if (text !== this.#lastText6) {
      const canonical = canonicalIp(text);
      if (canonical === undefined) return false;
      if (!canonical.includes(":")) return this.#packIpv4(canonical);
      this.#ip6.set(ipBytes(canonical));
      this.#lastText6 = text;
    }
    this.family = 6;
    return true;
  }
}

function isUnspecified(ip: Uint8Array): boolean {
  for (let at = 0; at < ip.length; at++) if (ip[at] !== 0) return false;
  return true;
}
