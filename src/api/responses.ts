import { z } from "zod";
import { torrent, torrentId } from "./torrent.ts";

/** `GET /torrents`: those that were asked for, of `total` that match. */
export const torrentList = z.object({ total: z.int(), torrents: z.array(torrent.partial().extend({ id: torrentId })) });
export type TorrentList = z.infer<typeof torrentList>;

/** `POST /torrents`. */
export const added = z.object({ id: torrentId });
export type Added = z.infer<typeof added>;

/** `GET /torrents/{id}/magnet`. */
export const magnetAnswer = z.object({ magnet: z.string() });
export type MagnetAnswer = z.infer<typeof magnetAnswer>;

/** `POST /login`. */
export const loginRequest = z.strictObject({ token: z.string().min(1).max(1024) });
export type LoginRequest = z.infer<typeof loginRequest>;

/**
 * `POST /login` and `GET /me`: how the caller is known. Writes by cookie carry `csrf` in `X-CSRF-Token`; a bearer has
 * none.
 */
export const identity = z.object({
  via: z.enum(["cookie", "bearer"]),
  csrf: z.string().nullable(),
  /** When the cookie ends, in milliseconds since 1970. */
  expiresAt: z.int().nullable(),
});
export type Identity = z.infer<typeof identity>;

/** `GET /healthz`. */
export const health = z.object({ status: z.literal("ok") });
export type Health = z.infer<typeof health>;
