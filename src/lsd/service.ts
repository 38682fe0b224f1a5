import { ipPeer, toError, toHex, type Endpoint, type InfoHash } from "../base/index.ts";
import type { DiscoveryService, DiscoveryTarget, PeerSource } from "../discovery/index.ts";
import type { InterfaceAddress, Runtime, Timer } from "../runtime/index.ts";
import { Announcer } from "./announcer.ts";
import { Group } from "./group.ts";
import { IntakeLimits } from "./intake.ts";
import { missingInterfaces } from "./interfaces.ts";
import { INTERFACES_MS, MAX_INTERFACES } from "./limits.ts";
import { decodeSearch, encodeSearch } from "./search.ts";

/** The two multicast groups of BEP 14. */
export const LSD_GROUPS: readonly Endpoint[] = [
  { ip: "239.192.152.143", port: 6771 },
  { ip: "ff15::efc0:988f", port: 6771 },
];

const ALL: readonly string[] = ["*"];

/** Options of {@link LocalDiscovery}. */
export interface LocalDiscoveryOptions {
  readonly runtime: Pick<Runtime, "clock" | "random" | "multicast" | "log">;
  /**
   * Names (`eth0`) or IP addresses of the network interfaces to use; `"*"` is all except the loopback interface. Empty:
   * none. Default: `["*"]`.
   */
  readonly interfaces?: readonly string[] | undefined;
}

/** The numbers of messages and peers that {@link LocalDiscovery} has counted since it was opened. */
export interface LsdStats {
  /** The names of the network interfaces in use. */
  readonly interfaces: readonly string[];
  /** The number of messages sent, at all interfaces. */
  readonly sent: number;
  /** The number of messages received from other clients and read. */
  readonly received: number;
  /** The number of messages that were not read, because too many had arrived. */
  readonly limited: number;
  /** The number of datagrams that were no valid messages. */
  readonly malformed: number;
  /** The number of peer addresses passed to torrents, including repeated ones. */
  readonly found: number;
}

/**
 * Local service discovery (BEP 14): finds peers in the local network by multicast. Private torrents never use it (BEP
 * 27). Network interfaces that appear later are used as well; one that fails is logged, and tried again.
 */
export class LocalDiscovery implements DiscoveryService {
  readonly #options: LocalDiscoveryOptions;
  readonly #targets = new Map<string, DiscoveryTarget>();
  readonly #groups: readonly Group[];
  readonly #announcer: Announcer;
  readonly #limits: IntakeLimits;
  readonly #cookie: string;
  readonly #counts = { sent: 0, received: 0, limited: 0, malformed: 0, found: 0 };
  #port = 0;
  #timer: Timer | undefined;
  #updating: Promise<void> = Promise.resolve();
  #isMissingWarned = false;

  constructor(options: LocalDiscoveryOptions) {
    const { runtime } = options;
    this.#options = options;
    this.#cookie = toHex(runtime.random.bytes(8));
    this.#limits = new IntakeLimits(runtime.clock.now());
    this.#announcer = new Announcer(runtime.clock, (infoHashes) => this.#send(infoHashes));
    this.#groups = LSD_GROUPS.map(
      (group) => new Group({ runtime, group, onDatagram: (bytes, from) => this.#onDatagram(bytes, from) }),
    );
  }

  get stats(): LsdStats {
    return { ...this.#counts, interfaces: [...new Set(this.#groups.flatMap((group) => group.interfaces))] };
  }

  /** Opens the service ({@link DiscoveryService.open}), but never rejects: torrents work without it. */
  async open(port: number): Promise<void> {
    const { runtime, interfaces } = this.#options;
    this.#port = port;
    if (interfaces?.length === 0) return;
    this.#timer = runtime.clock.every(INTERFACES_MS, () => this.#update());
    this.#update();
    await this.#updating;
  }

  sourceFor(infoHash: InfoHash): PeerSource {
    const key = toHex(infoHash.wire);
    return {
      name: "local",
      allowsPrivate: false,
      start: (target) => {
        this.#targets.set(key, target);
        this.#announcer.add(key);
      },
      stop: () => {
        this.#targets.delete(key);
        this.#announcer.remove(key);
        return Promise.resolve();
      },
    };
  }

  /** Looks at the network interfaces now, because they have changed. */
  networkChanged(): void {
    if (this.#timer !== undefined) this.#update();
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#announcer.close();
    this.#targets.clear();
    await this.#updating;
    await Promise.all(this.#groups.map((group) => group.close()));
  }

  /** Joins the groups at interfaces that are new, and announces the torrents there. */
  #update(): void {
    this.#updating = this.#updating
      .then(async () => {
        const addresses = this.#chosen(await this.#options.runtime.multicast.interfaces());
        const joined = await Promise.all(this.#groups.map((group) => group.update(addresses)));
        if (joined.includes(true)) this.#announcer.repeat();
      })
      .catch((error: unknown) => {
        this.#options.runtime.log.debug("cannot list the network interfaces", { reason: toError(error).message });
      });
  }

  /** Returns the addresses of the interfaces to use. */
  #chosen(all: readonly InterfaceAddress[]): InterfaceAddress[] {
    const { interfaces: wanted = ALL, runtime } = this.#options;
    const named = wanted.filter((each) => each !== "*");
    const missing = missingInterfaces(named, all);
    if (missing.length > 0 && !this.#isMissingWarned)
      runtime.log.warn("local discovery: network interfaces do not exist now", { interfaces: missing.join(", ") });
    this.#isMissingWarned = missing.length > 0;
    const chosen = all.filter(
      ({ name, ip, isLoopback }) =>
        (!isLoopback && named.length < wanted.length) || named.includes(name) || named.includes(ip),
    );
    const names = new Set([...new Set(chosen.map(({ name }) => name))].slice(0, MAX_INTERFACES));
    return chosen.filter(({ name }) => names.has(name));
  }

  /** Sends a message to both groups. Returns whether there was an interface through which to send it. */
  #send(infoHashes: readonly string[]): boolean {
    if (this.#port === 0) return false;
    const before = this.#counts.sent;
    const search = { port: this.#port, infoHashes, cookie: this.#cookie };
    for (const group of this.#groups) this.#counts.sent += group.send(encodeSearch(group.endpoint, search));
    return this.#counts.sent > before;
  }

  #onDatagram(bytes: Uint8Array, from: Endpoint): void {
    if (!this.#limits.take(from.ip, this.#options.runtime.clock.now())) {
      this.#counts.limited++;
      return;
    }
    const search = decodeSearch(bytes);
    if (search === undefined) {
      this.#counts.malformed++;
      return;
    }
    if (search.cookie === this.#cookie) return;
    this.#counts.received++;
    for (const infoHash of search.infoHashes) {
      const target = this.#targets.get(infoHash);
      if (target === undefined) continue;
      this.#counts.found++;
      target.found([ipPeer({ ip: from.ip, port: search.port })]);
    }
  }
}
