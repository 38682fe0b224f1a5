import { canonicalIp, NAME_PLACEHOLDERS_IPV4, NetworkError, RecentMap } from "../../../base/index.ts";
import { MAX_NAMES } from "./limits.ts";

/**
 * The first 64 bits of the placeholders for TCP and HTTP, which spell "Millrace". They are in a part of the IPv6 space
 * that is not assigned (4000::/3), so that no host has such an address.
 */
const PREFIX = "4d69:6c6c:7261:6365";

/** The placeholders for UDP have 24 bits of their own: more than names are remembered. */
const MAX_NUMBER = 2 ** 24 - 1;

/** Names that the proxy would look up in its own network, or that name the proxy itself; other forms of addresses. */
const LOCAL_NAME =
  /^[^.]*$|(?:^|\.)(?:localhost|local|lan|internal|intranet|home\.arpa)$|^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/i;

/** The addresses that stand for a name: one for TCP and HTTP, and one of each IP family for UDP. */
interface Placeholders {
  readonly stream: string;
  readonly datagrams: readonly [string, string];
}

/**
 * Host names and the addresses that stand for them. The proxy resolves names, but the engine works with addresses: it
 * gets a placeholder, which the proxied network replaces by the name again.
 */
export class PlaceholderNames {
  readonly #hosts = new RecentMap<string, string>(3 * MAX_NAMES);
  readonly #placeholders = new RecentMap<string, Placeholders>(MAX_NAMES);
  #last = 0;

  /** Returns the placeholder of a name for TCP. Throws NetworkError `net.unknown-host` for names of local networks. */
  placeholderOf(name: string): string {
    return this.#of(name).stream;
  }

  /** Returns the placeholders of a name for UDP, IPv4 and IPv6. Throws as {@link PlaceholderNames.placeholderOf}. */
  datagramPlaceholdersOf(name: string): readonly string[] {
    return this.#of(name).datagrams;
  }

  /** Returns the host name that an address stands for; `undefined` for the address of a host. */
  hostOf(ip: string): string | undefined {
    return this.#hosts.get(ip);
  }

  #of(name: string): Placeholders {
    const host = name.replace(/\.$/, "").toLowerCase();
    if (LOCAL_NAME.test(host) || Buffer.byteLength(host) > 255)
      throw new NetworkError("net.unknown-host", `cannot find ${name}: names of local networks do not go to the proxy`);
    const known = this.#placeholders.get(host);
    if (known !== undefined) return known;
    this.#last = this.#last === MAX_NUMBER ? 1 : this.#last + 1;
    const made = placeholders(this.#last);
    this.#placeholders.set(host, made);
    for (const ip of [made.stream, ...made.datagrams]) this.#hosts.set(ip, host);
    return made;
  }
}

function placeholders(number: number): Placeholders {
  const low = `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  const ipv4 = `${NAME_PLACEHOLDERS_IPV4}${number >>> 16}.${(number >>> 8) & 255}.${number & 255}`;
  return { stream: canonical(`${PREFIX}::${low}`), datagrams: [ipv4, canonical(`100::${low}`)] };
}

/** Returns the canonical text of a valid address. */
function canonical(ip: string): string {
  return canonicalIp(ip) ?? ip;
}
