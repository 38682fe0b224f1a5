import {
  AbortError,
  canonicalIp,
  formatHostPort,
  InputError,
  ipPeer,
  parseHostPort,
  throwIfAborted,
  toError,
  whyNoPeer,
  type PeerAddress,
} from "../base/index.ts";
import type { DiscoveryTarget, PeerSource } from "../discovery/index.ts";
import type { Magnet } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { MAX_NAMED_PEERS } from "./limits.ts";

/**
 * Checks texts of the form `HOST:PORT`. Throws InputError `address.text`, or `address.no-peer` for an IP address that
 * no peer can have.
 */
export function checkPeers(peers: readonly string[]): void {
  for (const peer of peers) {
    const { host, port } = parseHostPort(peer);
    if (port === 0)
      throw new InputError("address.text", `not a peer: ${JSON.stringify(peer)}; port 0 cannot be dialed`);
    const reason = canonicalIp(host) === undefined ? undefined : whyNoPeer(host);
    if (reason !== undefined)
      throw new InputError("address.no-peer", `no peer can be at ${peer}: the address ${reason}`);
  }
}

/**
 * Resolves with the addresses of texts of the form `HOST:PORT`. Names that cannot be resolved, and addresses that no
 * peer can have, are logged and left out. Rejects with AbortError.
 */
export async function lookUpPeers(
  runtime: Runtime,
  peers: readonly string[],
  signal?: AbortSignal,
): Promise<PeerAddress[]> {
  const found = await Promise.all(
    peers.slice(0, MAX_NAMED_PEERS).map(async (peer) => {
      const { host, port } = parseHostPort(peer);
      try {
        const ips = await runtime.net.resolve(host, signal);
        for (const ip of ips) {
          const reason = whyNoPeer(ip);
          if (reason !== undefined)
            runtime.log.warn("no peer can have this address", { peer, ip, reason: `the address ${reason}` });
        }
        return ips.filter((ip) => whyNoPeer(ip) === undefined).map((ip) => ipPeer({ ip, port }));
      } catch (error) {
        throwIfAborted(signal);
        runtime.log.warn("cannot resolve the address of a peer", { peer, reason: toError(error).message });
        return [];
      }
    }),
  );
  return found.flat();
}

/** Returns the peers of a magnet link (`x.pe`) as `HOST:PORT`. */
export function magnetPeers(magnet: Magnet | undefined): string[] {
  return (magnet?.peers ?? []).map(({ host, port }) => formatHostPort(host, port));
}

/**
 * The peers that the magnet link of a torrent contains, or that the user has named when the torrent was added or later.
 */
export class NamedPeers implements PeerSource {
  readonly name: "user" | "magnet";
  readonly allowsPrivate = true;
  readonly #runtime: Runtime;
  readonly #first: readonly string[];
  #later: readonly string[] = [];
  #target: DiscoveryTarget | undefined;
  #abort = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(runtime: Runtime, name: "user" | "magnet", first: readonly string[]) {
    this.#runtime = runtime;
    this.name = name;
    this.#first = first;
  }

  /**
   * Adds peers, given as `HOST:PORT`; they are also used when the torrent is started again. Resolves when their names
   * were looked up. Rejects with the errors of {@link checkPeers}.
   */
  async add(peers: readonly string[]): Promise<void> {
    checkPeers(peers);
    const found = await lookUpPeers(this.#runtime, peers);
    this.#later = [...new Set([...this.#later, ...peers])].slice(-MAX_NAMED_PEERS);
    this.#target?.found(found);
  }

  start(target: DiscoveryTarget): void {
    this.#target = target;
    this.#abort = new AbortController();
    this.#looking = lookUpPeers(this.#runtime, [...this.#first, ...this.#later], this.#abort.signal).then(
      (found) => target.found(found),
      // Aborted. Names that cannot be resolved do not reject.
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    this.#target = undefined;
    this.#abort.abort(new AbortError("the torrent was stopped"));
    await this.#looking;
  }
}
