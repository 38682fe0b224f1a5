import type { Settings, TorrentLimits } from "../../../api/index.ts";

/** The values of a seeding torrent that are compared with its goals. */
export interface Seeded {
  readonly ratio: number;
  /** The number of seconds for which the torrent has seeded, in all runs. */
  readonly seconds: number;
  /** The number of seconds since the torrent last transferred data or was started. */
  readonly idleSeconds: number;
}

/** The value of a goal that is never reached. With it a torrent seeds without end, even when the session has a goal. */
export const ENDLESS = Number.MAX_SAFE_INTEGER;

/**
 * Whether a seeding torrent has reached one of its goals. For each goal, the torrent's own value takes precedence over
 * the session's. A pure function.
 */
export function hasReachedGoal(
  seeded: Seeded,
  own: TorrentLimits,
  session: Pick<Settings, "seedRatio" | "seedSeconds" | "seedIdleSeconds">,
): boolean {
  const ratio = own.seedRatio ?? session.seedRatio;
  const seconds = own.seedSeconds ?? session.seedSeconds;
  const idleSeconds = own.seedIdleSeconds ?? session.seedIdleSeconds;
  return (
    (ratio !== null && seeded.ratio >= ratio) ||
    (seconds !== null && seeded.seconds >= seconds) ||
    (idleSeconds !== null && seeded.idleSeconds >= idleSeconds)
  );
}
