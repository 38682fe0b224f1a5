import type { Clock } from "../../runtime/index.ts";
import { RateLimiter } from "../../swarm/index.ts";
import { checkLimits } from "../limit-checks.ts";
import type { TorrentHost } from "./host.ts";

/** Rate limits in bytes a second; `undefined` or 0 for no limit. */
export interface Rates {
  readonly maxDownloadRate?: number | undefined;
  readonly maxUploadRate?: number | undefined;
}

/**
 * The limits of one torrent. Its rate limits apply in addition to the client's; its maximum number of peers replaces
 * the client's.
 */
export class TorrentRates {
  #maxPeers: number | undefined;
  readonly download: RateLimiter;
  readonly upload: RateLimiter;

  /** Throws UsageError `client.rate`, `client.count`. */
  constructor(
    clock: Clock,
    limits: Rates & { readonly maxPeers?: number | undefined },
    host: Pick<TorrentHost, "download" | "upload">,
  ) {
    const { maxPeers, ...rates } = limits;
    checkLimits(limits);
    this.#maxPeers = maxPeers;
    this.download = new RateLimiter(clock, rates.maxDownloadRate, host.download);
    this.upload = new RateLimiter(clock, rates.maxUploadRate, host.upload);
  }

  /** The maximum number of connected peers; `undefined` for the client's maximum. Existing connections stay open. */
  get maxPeers(): number | undefined {
    return this.#maxPeers;
  }

  set maxPeers(count: number | undefined) {
    checkLimits({ maxPeers: count });
    this.#maxPeers = count;
  }

  get(): Required<Rates> {
    return { maxDownloadRate: this.download.rate, maxUploadRate: this.upload.rate };
  }

  /** Changes the rates that are present in `rates`. Throws UsageError `client.rate`, and then changes no rate. */
  set(rates: Rates): void {
    checkLimits(rates);
    if ("maxDownloadRate" in rates) this.download.setRate(rates.maxDownloadRate);
    if ("maxUploadRate" in rates) this.upload.setRate(rates.maxUploadRate);
  }

  close(): void {
    this.download.close();
    this.upload.close();
  }
}
