import { z } from "zod";
import { torrent, torrentId } from "./torrent.ts";

/**
 * The response of `GET /torrents`: one page of the matching torrents. `total` is the number of all matching torrents.
 */
export const torrentList = z.object({ total: z.int(), torrents: z.array(torrent.partial().extend({ id: torrentId })) });
/** One page of the list of torrents. */
export type TorrentList = z.infer<typeof torrentList>;

/** The response of `POST /torrents`: the id of the added torrent. */
export const added = z.object({ id: torrentId });
/** The response when a torrent was added. */
export type Added = z.infer<typeof added>;

/** The response of `GET /torrents/{id}/magnet`. */
export const magnetResponse = z.object({ magnet: z.string() });
/** The response with the magnet link of a torrent. */
export type MagnetResponse = z.infer<typeof magnetResponse>;

/** The body of `POST /login`: the API token. */
export const loginRequest = z.strictObject({ token: z.string().min(1).max(1024) });
/** The body of `POST /login`. */
export type LoginRequest = z.infer<typeof loginRequest>;

/**
 * The response of `POST /login` and `GET /me`: how the caller is authenticated. A caller with a cookie must send the
 * value of `csrf` in the header `X-CSRF-Token` with each write; a caller with a bearer token need not.
 */
export const identity = z.object({
  via: z.enum(["cookie", "bearer"]),
  csrf: z.string().nullable(),
  /** The time at which the cookie expires, in milliseconds since 1970; null without a cookie. */
  expiresAt: z.int().nullable(),
});
/** The way in which the caller is authenticated. */
export type Identity = z.infer<typeof identity>;

/** The response of `GET /healthz`. */
export const health = z.object({ status: z.literal("ok") });
/** The response of `GET /healthz`. */
export type Health = z.infer<typeof health>;
