import type { Settings, TorrentLimits } from "../../api/index.ts";

/** What a seeding torrent has reached. */
export interface Seeded {
  readonly ratio: number;
  /** Over all runs. */
  readonly seconds: number;
}

/** Whether a torrent has given back enough: its own goals before the session's, and either of the two is enough. A pure function. */
export function hasReachedGoal(seeded: Seeded, own: TorrentLimits, session: Pick<Settings, "seedRatio" | "seedSeconds">): boolean {
  const ratio = own.seedRatio ?? session.seedRatio;
  const seconds = own.seedSeconds ?? session.seedSeconds;
  return (ratio !== null && seeded.ratio >= ratio) || (seconds !== null && seeded.seconds >= seconds);
}
