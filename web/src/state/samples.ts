import { signal } from "@preact/signals";

/** Rates over the last minutes, as this page has seen them: of the session, and of torrents that moved. */
export interface Sample {
  readonly at: number;
  readonly down: number;
  readonly up: number;
}

/** Ten minutes by the second. */
const MAX_SAMPLES = 600;
/** Torrents whose rates are kept at once; beyond, those that moved longest ago go. */
const MAX_TORRENTS = 200;

const series = new Map<string, Sample[]>();
export const SESSION = "";
/** Goes up with each second that has brought something. */
export const samplesVersion = signal(0);

export function record(id: string, sample: Sample): void {
  const list = series.get(id) ?? [];
  series.delete(id); // And in again at the end: the map's order is who moved last.
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

export function samplesOf(id: string): readonly Sample[] {
  return series.get(id) ?? [];
}
