import type { Endpoint } from "../../base/index.ts";
import { formatEndpoint, toError } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import type { AnnounceReply } from "../codec/index.ts";
import { FAMILY_GRACE_MS } from "../limits.ts";

/**
 * Sends a request over IPv4 and IPv6 at the same time. Resolves with the first reply, and with the other one when it
 * arrives within `graceMs` milliseconds of the first. After that time the other request is aborted, because an IP
 * family without a route must not delay the peers of the other. Rejects with the first error when all requests fail.
 */
export function bothFamilies<Target, Reply>(
  clock: Clock,
  families: readonly Target[],
  ask: (family: Target, signal: AbortSignal) => Promise<Reply>,
  signal: AbortSignal | undefined,
  graceMs = FAMILY_GRACE_MS,
): Promise<[Reply, ...Reply[]]> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const replies: Reply[] = [];
    const errors: Error[] = [];
    let timer: { cancel(): void } | undefined;
    const onAbort = (): void => controller.abort(signal?.reason);
    const finish = (): void => {
      timer?.cancel();
      signal?.removeEventListener("abort", onAbort);
      const [first, ...rest] = replies;
      if (first === undefined) reject(errors[0] ?? new Error("no address"));
      else resolve([first, ...rest]);
      controller.abort();
    };
    const onSettled = (): void => {
      if (replies.length + errors.length === families.length) finish();
      else if (replies.length > 0) timer ??= clock.after(graceMs, finish);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    for (const family of families) {
      ask(family, controller.signal).then(
        (reply) => {
          replies.push(reply);
          onSettled();
        },
        (error: unknown) => {
          errors.push(toError(error));
          onSettled();
        },
      );
    }
  });
}

/**
 * Merges the replies over IPv4 and IPv6: the peers of both without duplicates, and the counts of the larger swarm (a
 * tracker may count peers of the two families separately or together).
 */
export function mergeReplies(replies: readonly [AnnounceReply, ...AnnounceReply[]]): AnnounceReply {
  const [first, ...rest] = replies;
  if (rest.length === 0) return first;
  const peers = new Map<string, Endpoint>();
  for (const reply of replies) for (const peer of reply.peers) peers.set(formatEndpoint(peer), peer);
  const most = (read: (reply: AnnounceReply) => number | undefined): number =>
    Math.max(...replies.map((reply) => read(reply) ?? 0));
  return {
    ...first,
    peers: [...peers.values()],
    interval: most((reply) => reply.interval),
    seeders: most((reply) => reply.seeders),
    leechers: most((reply) => reply.leechers),
  };
}
