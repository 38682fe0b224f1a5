import type { MillraceError } from "../../base/index.ts";
import { WEB_SEED_MAX_RETRY_MS, WEB_SEED_MIN_RETRY_MS, WEB_SEED_RETRY_MS } from "./limits.ts";

/** The state of a web seed. Times are in milliseconds of the runtime's clock. */
export type WebSeedState =
  | { readonly kind: "ready" }
  /** It has failed, and is used again at a time. */
  | { readonly kind: "waiting"; readonly until: number; readonly error: MillraceError }
  /** It is not used any more until the torrent is started again. */
  | { readonly kind: "dropped"; readonly error: MillraceError };

/** The errors that another attempt would meet again. */
const FINAL = new Set([
  "webseed.missing",
  "webseed.status",
  "webseed.encoding",
  "webseed.no-ranges",
  "webseed.length",
  "http.tls",
  "http.forbidden",
  "http.redirects",
]);

/** Returns the state after an error. `failures` is the number of failures before it since a block last arrived. */
export function stateAfter(error: MillraceError, failures: number, now: number): WebSeedState {
  if (FINAL.has(error.code)) return { kind: "dropped", error };
  const named = error.fields["retryAfterMs"];
  const wait =
    typeof named === "number"
      ? Math.max(named, WEB_SEED_MIN_RETRY_MS)
      : Math.min(WEB_SEED_RETRY_MS * 2 ** Math.min(failures, 16), WEB_SEED_MAX_RETRY_MS);
  return { kind: "waiting", until: now + wait, error };
}
