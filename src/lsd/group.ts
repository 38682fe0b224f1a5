import { ipFamily, ipScope, isSameNetwork, toError, type Endpoint } from "../base/index.ts";
import type { InterfaceAddress, MulticastSocket, Runtime } from "../runtime/index.ts";
import { HOPS } from "./limits.ts";

/** Options of {@link Group}. */
export interface GroupOptions {
  readonly runtime: Pick<Runtime, "multicast" | "log">;
  /** The address and port of the multicast group. */
  readonly group: Endpoint;
  /** Called with each datagram from a host in the network of a joined interface. */
  readonly onDatagram: (bytes: Uint8Array, from: Endpoint) => void;
}

/** One of the two multicast groups. It is joined at the interfaces that the host has, which may change. */
export class Group {
  readonly #options: GroupOptions;
  /** The joined interfaces by name, each with its addresses. */
  readonly #joined = new Map<string, readonly InterfaceAddress[]>();
  /** The sockets and interfaces whose failure has been logged. */
  readonly #warned = new Set<string>();
  #socket: MulticastSocket | undefined;
  #isClosed = false;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** The address and port of the multicast group. */
  get endpoint(): Endpoint {
    return this.#options.group;
  }

  /** Names of the joined interfaces. */
  get interfaces(): string[] {
    return [...this.#joined.keys()];
  }

  /**
   * Joins the group at the interfaces that have an address of its family, and leaves it at all others. Resolves to
   * whether an interface was joined; never rejects. A failure is logged once, and the next call tries again.
   */
  async update(addresses: readonly InterfaceAddress[]): Promise<boolean> {
    const wanted = byName(addresses.filter((address) => this.#isUsable(address)));
    for (const [name, joined] of this.#joined) if (!isSame(joined, wanted.get(name))) this.#leave(name);
    if (wanted.size === 0) return false;
    const socket = this.#socket ?? (await this.#open());
    if (socket === undefined) return false;
    let isNew = false;
    for (const [name, its] of wanted) {
      if (this.#joined.has(name)) continue;
      const isJoined = this.#attempt(name, () => socket.join(name));
      if (isJoined) this.#joined.set(name, its);
      isNew ||= isJoined;
    }
    return isNew;
  }

  /** Sends a message through each joined interface. Returns the number of interfaces through which it was sent. */
  send(bytes: Uint8Array): number {
    for (const name of this.#joined.keys())
      // The interface is gone: it is joined again when it is back.
      if (!this.#attempt(name, () => this.#socket?.send(bytes, name))) this.#leave(name);
    return this.#joined.size;
  }

  /** Leaves the group and closes the socket; never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#joined.clear();
    await this.#socket?.close();
  }

  /**
   * Whether an interface can be used with this address, one of its addresses. Link-local IPv6 addresses are not used,
   * because a peer at such an address can be dialed only together with the name of the interface.
   */
  #isUsable({ ip }: InterfaceAddress): boolean {
    const family = ipFamily(ip);
    return family === ipFamily(this.#options.group.ip) && !(family === 6 && ipScope(ip) === "link-local");
  }

  async #open(): Promise<MulticastSocket | undefined> {
    const { runtime, group } = this.#options;
    try {
      const socket = await runtime.multicast.open({
        group,
        hops: HOPS,
        onDatagram: (bytes, from) => this.#onDatagram(bytes, from),
        onError: (error) => runtime.log.debug("local discovery: a socket failed", { reason: error.message }),
      });
      if (this.#isClosed) {
        await socket.close();
        return undefined;
      }
      this.#socket = socket;
      return socket;
    } catch (error) {
      this.#warn("open", error);
      return undefined;
    }
  }

  #leave(name: string): void {
    this.#joined.delete(name);
    this.#socket?.leave(name);
  }

  #onDatagram(bytes: Uint8Array, from: Endpoint): void {
    if (!this.#isClosed && this.#isNear(from.ip)) this.#options.onDatagram(bytes, from);
  }

  /**
   * Whether a host is in the network of a joined interface. The socket also receives datagrams that were sent to its
   * own address, even from the internet.
   */
  #isNear(ip: string): boolean {
    for (const addresses of this.#joined.values())
      for (const own of addresses) if (isSameNetwork(ip, own.ip, own.prefixLength)) return true;
    return false;
  }

  #attempt(name: string, act: () => void): boolean {
    try {
      act();
      this.#warned.delete(name);
      return true;
    } catch (error) {
      this.#warn(name, error);
      return false;
    }
  }

  #warn(what: string, error: unknown): void {
    if (this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#options.runtime.log.warn("local discovery: a socket or network interface cannot be used", {
      reason: toError(error).message,
    });
  }
}

function byName(addresses: readonly InterfaceAddress[]): Map<string, readonly InterfaceAddress[]> {
  const groups = new Map<string, InterfaceAddress[]>();
  for (const address of addresses) groups.set(address.name, [...(groups.get(address.name) ?? []), address]);
  return groups;
}

function isSame(one: readonly InterfaceAddress[], other: readonly InterfaceAddress[] = []): boolean {
  const texts = (list: readonly InterfaceAddress[]): string =>
    list
      .map(({ ip, prefixLength }) => `${ip}/${prefixLength}`)
      .sort()
      .join(" ");
  return texts(one) === texts(other);
}
