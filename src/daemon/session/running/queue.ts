/** A started torrent in the queue. */
export interface QueueItem {
  readonly id: string;
  /** The position of the torrent in the queue. */
  readonly queue: number;
  /** Whether the torrent runs regardless of the limits. It is then not counted in the limits. */
  readonly isForced: boolean;
  readonly isSeed: boolean;
  /** Whether the torrent is stalled: it runs without a transfer, and is not counted in the limits. */
  readonly isStalled: boolean;
}

/** The maximum numbers of torrents that run at the same time; `null` for no limit. */
export interface QueueLimits {
  readonly maxActiveDownloads: number | null;
  readonly maxActiveSeeds: number | null;
}

/**
 * Returns the ids of the torrents that may run: the first ones in the queue up to the limits. Downloads and seeds are
 * counted separately. Returns `undefined` when all torrents may run. A pure function.
 */
export function chooseRunning(items: readonly QueueItem[], limits: QueueLimits): ReadonlySet<string> | undefined {
  const { maxActiveDownloads, maxActiveSeeds } = limits;
  if (maxActiveDownloads === null && maxActiveSeeds === null) return undefined;
  const room = { downloads: maxActiveDownloads ?? Infinity, seeds: maxActiveSeeds ?? Infinity };
  const running = new Set<string>();
  for (const { id, isForced, isSeed, isStalled } of items.toSorted((a, b) => a.queue - b.queue)) {
    const kind = isSeed ? "seeds" : "downloads";
    const takesPlace = !isForced && !isStalled;
    if (takesPlace && room[kind] <= 0) continue;
    if (takesPlace) room[kind]--;
    running.add(id);
  }
  return running;
}

/** The target of a move in the queue. A number is a position, counted from 0. */
export type QueueMove = "top" | "up" | "down" | "bottom" | number;

/**
 * Returns the queue after the torrents in `moved` were moved. The moved torrents keep their order among themselves.
 * `order` has the ids of all torrents, from the top of the queue. A pure function.
 */
export function moveInQueue(order: readonly string[], moved: ReadonlySet<string>, to: QueueMove): string[] {
  const chosen = order.filter((id) => moved.has(id));
  const others = order.filter((id) => !moved.has(id));
  if (typeof to === "number") return [...others.slice(0, to), ...chosen, ...others.slice(to)];
  switch (to) {
    case "top":
      return [...chosen, ...others];
    case "bottom":
      return [...others, ...chosen];
    case "up":
      return step(order, moved);
    case "down":
      return step(order.toReversed(), moved).toReversed();
    default:
      return [...order];
  }
}

/**
 * Moves each torrent in `moved` one position to the front. A torrent stays in its position when it is the first, or
 * when the torrent in front of it is in `moved` and stays.
 */
function step(order: readonly string[], moved: ReadonlySet<string>): string[] {
  const out = [...order];
  for (let at = 1; at < out.length; at++) {
    const id = out[at];
    const before = out[at - 1];
    if (id === undefined || before === undefined || !moved.has(id) || moved.has(before)) continue;
    out[at - 1] = id;
    out[at] = before;
  }
  return out;
}
