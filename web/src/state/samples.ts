import { signal } from "@preact/signals";

/** Rates at one time, in bytes a second, as this page received them. */
export interface Sample {
  readonly at: number;
  readonly down: number;
  readonly up: number;
}

/** Number of samples kept: ten minutes with one sample a second. */
const MAX_SAMPLES = 600;
/** Number of torrents whose samples are kept. Above it, the torrent that transferred data longest ago is dropped. */
const MAX_TORRENTS = 200;

const series = new Map<string, Sample[]>();
/** The key of the samples of the whole session. */
export const SESSION = "";
/** A counter that increases when samples are added. */
export const samplesVersion = signal(0);

/** Adds a sample of the rates of a torrent, or of the whole session ({@link SESSION}). */
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

/** Returns the samples of a torrent, the oldest first. */
export function samplesOf(id: string): readonly Sample[] {
  return series.get(id) ?? [];
}
