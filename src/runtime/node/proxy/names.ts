import { canonicalIp, InputError, NetworkError, RecentMap } from "../../../base/index.ts";
import { MAX_NAMES } from "./limits.ts";

/**
 * The first 64 bits of all placeholders, which spell "Millrace". They are in a part of the IPv6 space that is not
 * assigned (4000::/3), so that no host has such an address.
 */
const PREFIX = "4d69:6c6c:7261:6365";

/** Names that the proxy would look up in its own network, or that name the proxy itself. */
const LOCAL_NAME = /^[^.]*$|(?:^|\.)(?:localhost|local|lan|internal|intranet|home\.arpa)$/i;

/**
 * Host names and the IPv6 addresses that stand for them. The proxy resolves names, but the engine works with addresses:
 * it gets a placeholder, which the proxied network replaces by the name again.
 */
export class PlaceholderNames {
  readonly #hosts = new RecentMap<string, string>(MAX_NAMES);
  readonly #placeholders = new RecentMap<string, string>(MAX_NAMES);
  #last = 0;

  /** Returns the placeholder of a name. Throws NetworkError `net.unknown-host` for names of local networks. */
  placeholderOf(name: string): string {
    const host = name.replace(/\.$/, "").toLowerCase();
    if (LOCAL_NAME.test(host) || Buffer.byteLength(host) > 255)
      throw new NetworkError("net.unknown-host", `cannot find ${name}: names of local networks do not go to the proxy`);
    const known = this.#placeholders.get(host);
    if (known !== undefined) return known;
    this.#last++;
    const placeholder = canonicalIp(
      `${PREFIX}::${(this.#last >>> 16).toString(16)}:${(this.#last & 0xffff).toString(16)}`,
    );
    if (placeholder === undefined) throw new InputError("proxy.placeholder", "too many host names");
    this.#placeholders.set(host, placeholder);
    this.#hosts.set(placeholder, host);
    return placeholder;
  }

  /** Returns the host name that an address stands for; `undefined` for the address of a host. */
  hostOf(ip: string): string | undefined {
    return ip.startsWith(PREFIX) ? this.#hosts.get(ip) : undefined;
  }
}
