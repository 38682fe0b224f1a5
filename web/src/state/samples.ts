import { signal } from "@preact/signals";

/** The rates at one time, in bytes a second, as this page received them. */
export interface Sample {
  readonly at: number;
  readonly down: number;
  readonly up: number;
}

/** The maximum number of samples kept for each torrent: with one sample a second, ten minutes. */
const MAX_SAMPLES = 600;
/**
 * The maximum number of torrents whose samples are kept. When it is exceeded, the torrent whose last transfer was
 * longest ago is dropped.
 */
const MAX_TORRENTS = 200;

const series = new Map<string, Sample[]>();
/** The key under which the samples of the whole session are kept, in place of a torrent's id. */
export const SESSION = "";
/** A counter that increases each time samples are added, so that charts are drawn again. */
export const samplesVersion = signal(0);

/** Adds a sample of the rates of a torrent. `id` is the torrent's id, or {@link SESSION} for the whole session. */
export function record(id: string, sample: Sample): void {
  const list = series.get(id) ?? [];
  series.delete(id); // Inserted again at the end: the map's order is that of the last transfers.
  series.set(id, list);
  list.push(sample);
  if (list.length > MAX_SAMPLES) list.splice(0, list.length - MAX_SAMPLES);
  if (series.size <= MAX_TORRENTS) return;
  for (const key of series.keys()) {
    if (key === SESSION) continue;
    series.delete(key);
    break;
  }
}

/** Returns the samples of a torrent, or of the whole session ({@link SESSION}), the oldest first. */
export function samplesOf(id: string): readonly Sample[] {
  return series.get(id) ?? [];
}
