import type { Settings, TorrentLimits } from "../../../api/index.ts";

/** The ratio and times of a seeding torrent, for comparison with its goals. */
export interface Seeded {
  readonly ratio: number;
  /** Seconds of seeding, over all runs. */
  readonly seconds: number;
  /** Seconds since the torrent last transferred data or was started. */
  readonly idleSeconds: number;
}

/** The value of a goal that is never reached: the torrent seeds without end, whatever the session's goal is. */
export const ENDLESS = Number.MAX_SAFE_INTEGER;

/**
 * Whether a seeding torrent has reached one of its goals. Its own goals take precedence over the session's. A pure
 * function.
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
