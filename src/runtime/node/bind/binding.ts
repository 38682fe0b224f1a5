import { canonicalIp, InputError, ipFamily, ipScope, NetworkError, type IpFamily } from "../../../base/index.ts";
import type { Log } from "../../log.ts";
import type { InterfaceAddress } from "../../multicast.ts";
import type { BindingState } from "../../route.ts";
import { systemAddresses } from "../interfaces.ts";
import { CHECK_MS, FRESH_MS, MAX_NAME_LENGTH } from "./limits.ts";

/** The addresses in use, at most one of each IP family. */
type Addresses = ReadonlyMap<IpFamily, string>;

/** Options of {@link Binding}. */
export interface BindingOptions {
  /** The name of a network interface, or an IP address of one. */
  readonly bind: string;
  readonly log: Log;
  /** Returns the addresses of this host's interfaces that are up. Default: as the system lists them. */
  readonly list?: () => readonly InterfaceAddress[];
}

/**
 * The network interface, or the address, that all traffic is bound to, and which of its addresses exist now. It is
 * looked at from the first use until {@link Binding.close}.
 */
export class Binding {
  readonly #bind: string;
  readonly #options: BindingOptions;
  readonly #list: () => readonly InterfaceAddress[];
  readonly #sockets = new Set<() => Promise<void> | void>();
  readonly #listeners = new Set<() => void>();
  #addresses: Addresses = new Map();
  #lookedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Whether the state has been logged. */
  #isKnown = false;

  /** Throws InputError `bind.invalid` when `bind` is neither an IP address nor a possible name of an interface. */
  constructor(options: BindingOptions) {
    this.#bind = parseBind(options.bind);
    this.#options = options;
    this.#list = options.list ?? systemAddresses;
  }

  /** The interface or address, and the addresses that exist now. */
  get state(): BindingState {
    this.look();
    return { bind: this.#bind, ips: [...this.#addresses.values()] };
  }

  /**
   * Returns the local address for traffic of an IP family. Throws NetworkError `net.interface-down` while there is
   * none at all, and `net.unreachable` while there is none of this family.
   */
  ip(family: IpFamily): string {
    this.look();
    const ip = this.#addresses.get(family);
    if (ip !== undefined) return ip;
    if (this.#addresses.size === 0) throw this.downError();
    throw new NetworkError("net.unreachable", `${this.#name} has no IPv${family} address`);
  }

  /** Whether an address of this host belongs to the interface, or is the address, that traffic is bound to. */
  owns(ip: string): boolean {
    return this.own(this.#list()).some((each) => each.ip === ip);
  }

  /** Whether an interface of this host is the one, or has the address, that traffic is bound to. */
  ownsInterface(name: string): boolean {
    return this.own(this.#list()).some((each) => each.name === name);
  }

  /** Returns the addresses that belong to the interface that traffic is bound to, also to that of a bound address. */
  own(all: readonly InterfaceAddress[]): InterfaceAddress[] {
    const isAddress = canonicalIp(this.#bind) !== undefined;
    return all.filter(({ name, ip }) => (isAddress ? ip : name) === this.#bind);
  }

  /** Returns the error of what cannot be done while the interface is down or the address does not exist. */
  downError(): NetworkError {
    return new NetworkError("net.interface-down", `${this.#name} is down`, { fields: { bind: this.#bind } });
  }

  /**
   * Calls `listener` when the addresses have changed, to close the sockets of those before and open new ones. It must
   * not reject.
   */
  onSockets(listener: () => Promise<void> | void): () => void {
    this.#sockets.add(listener);
    return () => void this.#sockets.delete(listener);
  }

  /** Calls `listener` after the addresses have changed and the listeners of {@link Binding.onSockets} are done. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.look();
    return () => void this.#listeners.delete(listener);
  }

  /** Looks at the addresses of the interface, unless that was done a moment ago. */
  look(): void {
    if (this.#isClosed) return;
    // It keeps no process alive.
    this.#timer ??= setInterval(() => this.#update(), CHECK_MS).unref();
    if (performance.now() - this.#lookedAt > FRESH_MS) this.#update();
  }

  /** Ends the looks. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #update(): void {
    this.#lookedAt = performance.now();
    const before = this.#addresses;
    const now = choose(this.own(this.#list()), before);
    const isChanged = before.size !== now.size || [...now].some(([family, ip]) => before.get(family) !== ip);
    if (isChanged) this.#addresses = now;
    if (isChanged || !this.#isKnown) this.#tell(now);
    const isFirst = !this.#isKnown;
    this.#isKnown = true;
    if (!isChanged || isFirst) return;
    const done = Array.from(this.#sockets, async (listener) => listener());
    void Promise.all(done).then(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  #tell(now: Addresses): void {
    const { log } = this.#options;
    if (now.size === 0) log.warn(`${this.#name} is down: nothing is sent until it is up`);
    else log.info(`all traffic uses ${this.#name}`, { addresses: [...now.values()].join(", ") });
  }

  get #name(): string {
    return canonicalIp(this.#bind) === undefined ? `the interface ${this.#bind}` : `the address ${this.#bind}`;
  }
}

/**
 * Returns the canonical form of an address, or the name of an interface as it is given. Throws InputError
 * `bind.invalid`.
 */
export function parseBind(text: string): string {
  const ip = canonicalIp(text);
  if (ip !== undefined) {
    if (ipScope(ip) === "unspecified")
      throw new InputError(
        "bind.invalid",
        `${text} is not an address of an interface: leave it out for all interfaces`,
      );
    return ip;
  }
  // oxlint-disable-next-line no-control-regex -- Names are shown to the user.
  if (text === "" || text.length > MAX_NAME_LENGTH || /[\u0000-\u001f\u007f/:]/.test(text))
    throw new InputError("bind.invalid", "write the name of a network interface, such as tun0, or its IP address");
  return text;
}

/**
 * Chooses one address of each family, those in use before if they still exist. Link-local IPv6 addresses need the
 * name of the interface with each connection and reach no other network.
 */
function choose(own: readonly InterfaceAddress[], before: Addresses): Addresses {
  const chosen = new Map<IpFamily, string>();
  for (const { ip } of own) {
    const family = ipFamily(ip);
    if (family === 6 && ipScope(ip) === "link-local") continue;
    if (!chosen.has(family) || before.get(family) === ip) chosen.set(family, ip);
  }
  return chosen;
}
