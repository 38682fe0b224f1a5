import type { ApiEvent } from "../../api/index.ts";
import { clean, count, formatPercent, formatRate } from "../../terminal/index.ts";
import { logMessage } from "./tables.ts";
import type { Row } from "./find.ts";

/** The time, in milliseconds, between two lines that print the rates. */
const RATES_EVERY_MS = 5_000;
/** The number of steps of progress: a line is printed for each tenth of a torrent. */
const STEPS = 10;

interface Known {
  readonly name: string;
  readonly state: string;
  readonly progress: number;
  readonly error: string;
}

/**
 * Converts the daemon's events to lines of text: a torrent was added, changed its state, completed a further tenth,
 * failed, or was removed.
 */
export class WatchLines {
  readonly #known = new Map<string, Known>();
  #isFirst = true;
  #ratesAt = -Infinity;

  lines(event: ApiEvent): string[] {
    switch (event.name) {
      case "snapshot":
        return this.#snapshot(event.data.torrents);
      case "delta":
        return [
          ...event.data.changed.flatMap((row) => this.#change(row)),
          ...event.data.removed.flatMap((id) => this.#remove(id)),
        ];
      case "rates": {
        const { at, down, up, connections } = event.data;
        if (at - this.#ratesAt < RATES_EVERY_MS) return [];
        this.#ratesAt = at;
        return [`down ${formatRate(down)}, up ${formatRate(up)}, ${count(connections, "connection")}`];
      }
      case "log":
        return [`${event.data.level}: ${logMessage(event.data)}`];
      case "task": {
        const { path, state, progress, error } = event.data;
        return [
          `torrent file of ${clean(path)}: ${state} ${formatPercent(progress)}${error === null ? "" : `: ${clean(error)}`}`,
        ];
      }
      case "settings":
        return ["settings were changed"];
      case "session":
        return [];
      default:
        // A newer daemon may have more kinds of events.
        return [];
    }
  }

  /**
   * Returns the lines for a snapshot. The first snapshot is printed completely; of a later one, which arrives after a
   * lost connection, only the changes are printed.
   */
  #snapshot(rows: readonly Row[]): string[] {
    const here = new Set(rows.map(({ id }) => id));
    const gone = [...this.#known.keys()].filter((id) => !here.has(id));
    const changes = [...rows.flatMap((row) => this.#change(row)), ...gone.flatMap((id) => this.#remove(id))];
    if (!this.#isFirst) return changes;
    this.#isFirst = false;
    return [
      count(rows.length, "torrent"),
      ...[...this.#known.values()].map(({ name, state, progress }) => `${name}: ${state} ${formatPercent(progress)}`),
    ];
  }

  #change(row: Row): string[] {
    const before = this.#known.get(row.id);
    const after: Known = {
      name: row.name === undefined ? (before?.name ?? row.id) : clean(row.name),
      state: row.state ?? before?.state ?? "",
      progress: row.progress ?? before?.progress ?? 0,
      error: row.error === undefined ? (before?.error ?? "") : clean(row.error?.message ?? ""),
    };
    this.#known.set(row.id, after);
    const text = `${after.name}: ${after.state} ${formatPercent(after.progress)}${after.error === "" ? "" : `: ${after.error}`}`;
    if (before === undefined) return [`added ${text}`];
    const stepped = Math.floor(before.progress * STEPS) !== Math.floor(after.progress * STEPS);
    return before.state !== after.state || before.error !== after.error || before.name !== after.name || stepped
      ? [text]
      : [];
  }

  #remove(id: string): string[] {
    const known = this.#known.get(id);
    this.#known.delete(id);
    return known === undefined ? [] : [`removed ${known.name}`];
  }
}
