/** A started torrent, as the queue sees it. */
export interface QueueItem {
  readonly id: string;
  /** Place in the queue. */
  readonly queue: number;
  /** Runs regardless of the limits, and takes no place. */
  readonly isForced: boolean;
  readonly isSeed: boolean;
  /** Moves nothing, and runs without a place. */
  readonly isStalled: boolean;
}

/** How many torrents run at once; `null`: all. */
export interface QueueLimits {
  readonly maxActiveDownloads: number | null;
  readonly maxActiveSeeds: number | null;
}

/**
 * Which torrents run: by their place in the queue, downloads and seeds counted apart. `undefined`: all. A pure
 * function.
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

/** Where torrents are moved to in the queue; a number is a place, from 0. */
export type QueueMove = "top" | "up" | "down" | "bottom" | number;

/**
 * The queue after the torrents `moved` have moved; they keep their order among each other. `order` is the queue from
 * its top. A pure function.
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

/** Each one before its neighbour, unless that is the end or moves as well. */
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
