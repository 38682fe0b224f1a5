import { type MillraceError, NetworkError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Downloader } from "../download/downloader.ts";
import type { RateMeter } from "../peer/rate-meter.ts";
import type { SwarmOptions } from "../swarm-options.ts";
import { MAX_WEB_SEEDS } from "./limits.ts";
import { isWebSeedUrl, type WebSeedKind } from "./location.ts";
import { WebSeed } from "./web-seed.ts";

/** The state of a web seed, for display. */
export interface WebSeedStatus {
  readonly url: string;
  /** How the server is asked: by files (BEP 19) or by pieces (BEP 17). */
  readonly kind: WebSeedKind;
  /**
   * `"idle"`: ready, but nothing is requested from it. `"waiting"`: it failed and is tried again later. `"dropped"`: it
   * is not used any more until the torrent is started again.
   */
  readonly state: "idle" | "downloading" | "waiting" | "dropped";
  /** The number of bytes of blocks received from it. */
  readonly downloaded: number;
  /** The rate of blocks from it in bytes a second. */
  readonly rate: number;
  /** The reason why it waits or was dropped. */
  readonly error: MillraceError | undefined;
}

/** Options of {@link WebSeeds}. */
export interface WebSeedsOptions {
  readonly swarm: Pick<SwarmOptions, "runtime" | "clientName" | "download" | "webSeeds" | "checkAddress" | "events">;
  readonly metainfo: Metainfo;
  /** Measures the rate of blocks received from all sources. */
  readonly down: RateMeter;
  readonly downloader: () => Downloader;
}

/** The web seeds of a torrent. */
export class WebSeeds implements Iterable<WebSeed> {
  readonly #seeds: WebSeed[] = [];

  constructor({ swarm, metainfo, down, downloader }: WebSeedsOptions) {
    const { runtime, clientName, download, webSeeds = [], checkAddress, events } = swarm;
    const add = (kind: WebSeedKind, url: string): void => {
      if (!isWebSeedUrl(url) || this.#seeds.length >= MAX_WEB_SEEDS || this.#seeds.some((seed) => seed.url === url))
        return;
      this.#seeds.push(
        new WebSeed({
          runtime,
          metainfo,
          kind,
          url,
          userAgent: clientName,
          check: checkAddress,
          download,
          downloader,
          onBlock: (bytes) => down.add(bytes),
          onTrouble: (error) => events.onWebSeed?.(error),
        }),
      );
    };
    for (const url of [...webSeeds, ...metainfo.webSeeds]) add("url-list", url);
    for (const url of metainfo.httpSeeds) add("httpseeds", url);
  }

  get size(): number {
    return this.#seeds.length;
  }

  [Symbol.iterator](): IterableIterator<WebSeed> {
    return this.#seeds.values();
  }

  /** Whether there is a web seed that is not dropped. */
  get isUsable(): boolean {
    return this.#seeds.some((seed) => seed.state.kind !== "dropped");
  }

  /** Returns the state of each web seed. */
  status(): WebSeedStatus[] {
    return this.#seeds.map(({ url, kind, state, download }) => ({
      url,
      kind,
      state: state.kind !== "ready" ? state.kind : download.requests.size > 0 ? "downloading" : "idle",
      downloaded: download.meter.total,
      rate: download.meter.rate,
      error: state.kind === "ready" ? undefined : state.error,
    }));
  }

  /** Called with the identity of a source that has sent bad data: drops the web seed that has it. */
  ban(identity: object): void {
    for (const seed of this.#seeds)
      if (seed.identity === identity)
        seed.drop(
          new NetworkError("webseed.bad-data", `${seed.url}: the server sends other data than the torrent describes`),
        );
  }

  /** Called once a second with the time of the runtime's clock in milliseconds. */
  tick(now: number): void {
    for (const seed of this.#seeds) seed.tick(now);
  }

  /** Ends all requests and closes the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#seeds.map((seed) => seed.close()));
  }
}
