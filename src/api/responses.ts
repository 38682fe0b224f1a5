import { z } from "zod";
import { torrent, torrentId } from "./torrent.ts";

/** `GET /torrents`: the requested page, of `total` matches. */
export const torrentList = z.object({ total: z.int(), torrents: z.array(torrent.partial().extend({ id: torrentId })) });
/** A page of the list. */
export type TorrentList = z.infer<typeof torrentList>;

/** The response of `POST /torrents`. */
export const added = z.object({ id: torrentId });
/** The response to an addition. */
export type Added = z.infer<typeof added>;

/** The response of `GET /torrents/{id}/magnet`. */
export const magnetResponse = z.object({ magnet: z.string() });
/** A magnet link. */
export type MagnetResponse = z.infer<typeof magnetResponse>;

/** The body of `POST /login`. */
export const loginRequest = z.strictObject({ token: z.string().min(1).max(1024) });
/** The body of `POST /login`. */
export type LoginRequest = z.infer<typeof loginRequest>;

/**
 * The response of `POST /login` and `GET /me`: how the caller is authenticated. A caller with a cookie must send
 * `csrf` in `X-CSRF-Token` with each write; a caller with a bearer token need not.
 */
export const identity = z.object({
  via: z.enum(["cookie", "bearer"]),
  csrf: z.string().nullable(),
  /** When the cookie expires, in milliseconds since 1970; null without a cookie. */
  expiresAt: z.int().nullable(),
});
/** How the caller is authenticated. */
export type Identity = z.infer<typeof identity>;

/** The response of `GET /healthz`. */
export const health = z.object({ status: z.literal("ok") });
/** The response of `GET /healthz`. */
export type Health = z.infer<typeof health>;
