import { AbortError, errorCode, NetworkError, toError, type PeerAddress } from "../base/index.ts";
import type { Clock, Timer } from "../runtime/index.ts";
import { DIAL_AFTER_REFUSAL_MS, DIAL_STAGGER_MS } from "./limits.ts";
import type { Connection, DialOptions, Transport } from "./transport.ts";

/** The connection that was established first, and the transport that established it. */
export interface DialWinner {
  readonly connection: Connection;
  readonly transport: Transport;
}

/**
 * Dials a peer by several transports. Each begins {@link DIAL_STAGGER_MS} after the one before, or as soon as all
 * before it have failed. The first connection wins; the other attempts are aborted. Rejects with the error of the first
 * transport when all fail, or with AbortError.
 */
export function raceDials(
  clock: Pick<Clock, "now" | "after">,
  transports: readonly Transport[],
  address: PeerAddress,
  { signal, timeoutMs }: DialOptions,
): Promise<DialWinner> {
  return new Promise((resolve, reject) => {
    const end = clock.now() + timeoutMs;
    const attempts = new Set<AbortController>();
    let next = 0;
    let timer: Timer | undefined;
    let failure: Error | undefined;
    let isOver = false;

    const finish = (settle: () => void): void => {
      isOver = true;
      timer?.cancel();
      signal.removeEventListener("abort", onAbort);
      for (const attempt of attempts) attempt.abort();
      settle();
    };
    const onAbort = (): void => finish(() => reject(new AbortError("aborted", { cause: signal.reason })));

    const begin = (): void => {
      timer?.cancel();
      timer = undefined;
      const transport = transports[next++];
      if (transport === undefined) return;
      const attempt = new AbortController();
      attempts.add(attempt);
      if (next < transports.length) timer = clock.after(DIAL_STAGGER_MS, begin);
      transport.dial(address, { signal: attempt.signal, timeoutMs: timeLeft() }).then(
        (connection) => {
          attempts.delete(attempt);
          if (isOver) connection.destroy();
          else finish(() => resolve({ connection, transport }));
        },
        (error: unknown) => {
          attempts.delete(attempt);
          failure ??= toError(error);
          if (isOver) return;
          if (next < transports.length) begin();
          else if (attempts.size === 0) finish(() => reject(toError(failure)));
        },
      );
    };
    // A host that refuses one transport is there: it replies to the other at once, or not at all.
    const timeLeft = (): number =>
      Math.min(end - clock.now(), errorCode(failure) === "net.refused" ? DIAL_AFTER_REFUSAL_MS : Infinity);

    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    if (transports.length === 0) finish(() => reject(new NetworkError("net.unreachable", "no transport")));
    else begin();
  });
}
