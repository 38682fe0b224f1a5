import type { TorrentDiscovery, TorrentTracker } from "../../api/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { EXIT_DONE } from "../exit-code.ts";
import type { Remote, RemoteFlags } from "./connection.ts";
import { SHOWN_ID } from "./find.ts";
import { theTorrent } from "./read-actions.ts";

/**
 * Runs `add-peers`, which adds peers for the torrent to connect to. The arguments are a torrent and peers as
 * `HOST:PORT`.
 */
export async function addPeers(remote: Remote): Promise<number> {
  const { api, args, output } = remote;
  const { id, name } = await theTorrent(remote);
  const peers = args.slice(1);
  await api.addPeers(id, peers);
  output.data({ done: 1, failed: [] });
  output.line(`added ${count(peers.length, "peer")} to ${id.slice(0, SHOWN_ID)} ${clean(name)}`);
  return EXIT_DONE;
}

/**
 * Runs `add-trackers`, which adds trackers, each in a tier of its own after the existing tiers. The arguments are a
 * torrent and announce URLs. URLs that the torrent already has are left out.
 */
export async function addTrackers(remote: Remote): Promise<number> {
  const { api, args, output } = remote;
  const { id, name } = await theTorrent(remote);
  const tiers = withTrackers(await api.trackers(id), args.slice(1));
  const trackers = await api.setTrackers(id, tiers);
  output.data(trackers);
  output.line(`${id.slice(0, SHOWN_ID)} ${clean(name)} has ${count(trackers.length, "tracker")}`);
  return EXIT_DONE;
}

/** Returns the tiers of `trackers`, followed by a tier for each URL that is not in any of them. */
export function withTrackers(
  trackers: readonly Pick<TorrentTracker, "tier" | "url">[],
  urls: readonly string[],
): string[][] {
  const tiers = new Map<number, string[]>();
  for (const { tier, url } of trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
  const known = new Set(trackers.map(({ url }) => url));
  const added = [...new Set(urls)].filter((url) => !known.has(url));
  return [...[...tiers].toSorted(([a], [b]) => a - b).map(([, tier]) => tier), ...added.map((url) => [url])];
}

/** Flags of `discovery`. */
export interface DiscoveryFlags extends RemoteFlags {
  readonly dht?: boolean;
  readonly pex?: boolean;
  readonly lsd?: boolean;
}

/** Runs `discovery`: switches ways to find peers on or off for a torrent, and prints which of them it may use. */
export async function discovery(remote: Remote<DiscoveryFlags>): Promise<number> {
  const { api, flags, output } = remote;
  const changes = discoveryOf(flags);
  const { id } = await theTorrent(remote);
  const torrent = await (Object.keys(changes).length === 0 ? api.torrent(id) : api.patch(id, { discovery: changes }));
  output.data(torrent.discovery);
  for (const [name, isOn] of Object.entries(torrent.discovery)) output.line(`${name} ${isOn ? "on" : "off"}`);
  if (torrent.private) output.line("the torrent is private: it uses its trackers alone");
  return EXIT_DONE;
}

/** Returns the changes that the flags make to the ways to find peers. */
export function discoveryOf({ dht, pex, lsd }: Pick<DiscoveryFlags, "dht" | "pex" | "lsd">): Partial<TorrentDiscovery> {
  return {
    ...(dht === undefined ? {} : { dht }),
    ...(pex === undefined ? {} : { pex }),
    ...(lsd === undefined ? {} : { lsd }),
  };
}
