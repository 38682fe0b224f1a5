import type { Settings, TorrentLimits } from "../../../api/index.ts";

/** The ratio and times that a seeding torrent has reached. */
export interface Seeded {
  readonly ratio: number;
  /** Over all runs. */
  readonly seconds: number;
  /** Since data was last sent or received, or the torrent was started. */
  readonly idleSeconds: number;
}

/** Of a limit that never ends the seeding, whatever the session's is. */
export const ENDLESS = Number.MAX_SAFE_INTEGER;

/**
 * Whether a torrent has given back enough: its own goals before the session's, and any of them is enough. A pure
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
