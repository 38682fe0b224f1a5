import { readDeluge } from "./deluge.ts";
import type { ProfileEntry } from "./profile.ts";
import { readQbittorrent } from "./qbittorrent.ts";
import { readRtorrent } from "./rtorrent.ts";
import type { ProfileHost } from "./source.ts";
import { readTransmission } from "./transmission.ts";

const READERS = {
  transmission: readTransmission,
  qbittorrent: readQbittorrent,
  deluge: readDeluge,
  rtorrent: readRtorrent,
} as const;

/** A client whose profile can be read. */
export type ForeignClient = keyof typeof READERS;

/** The clients whose profiles can be read. */
export const CLIENTS: readonly ForeignClient[] = ["transmission", "qbittorrent", "deluge", "rtorrent"];

/**
 * Yields the torrents of a client's profile, one after the other. Nothing is written to it. Throws InputError
 * `import.profile` when the folder is not a profile of that client, `import.sqlite`, and StorageError.
 */
export function readProfile(host: ProfileHost, client: ForeignClient, folder: string): AsyncGenerator<ProfileEntry> {
  return READERS[client](host, folder);
}
