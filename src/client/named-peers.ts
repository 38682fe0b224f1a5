import { InputError, parseHostPort, throwIfAborted, toError, type Endpoint } from "../base/index.ts";
import type { Magnet } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { MAX_NAMED_PEERS } from "./limits.ts";

/** Checks `HOST:PORT` texts. Throws InputError `address.text`. */
export function checkPeers(peers: readonly string[]): void {
  for (const peer of peers) if (parseHostPort(peer).port === 0) throw new InputError("address.text", `not a peer: ${JSON.stringify(peer)}; port 0 cannot be dialed`);
}

/** The endpoints of `HOST:PORT` texts. Names that cannot be looked up are left out and logged. */
export async function lookUpPeers(runtime: Runtime, peers: readonly string[], signal?: AbortSignal): Promise<Endpoint[]> {
  const found = await Promise.all(
    peers.slice(0, MAX_NAMED_PEERS).map(async (peer) => {
      const { host, port } = parseHostPort(peer);
      try {
        return (await runtime.net.resolve(host, signal)).map((ip) => ({ ip, port }));
      } catch (error) {
        throwIfAborted(signal);
        runtime.log.warn("cannot find peer", { peer, reason: toError(error).message });
        return [];
      }
    }),
  );
  return found.flat();
}

/** `HOST:PORT` of the peers that a magnet link names. */
export function magnetPeers(magnet: Magnet | undefined): string[] {
  return (magnet?.peers ?? []).map(({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`));
}
