import {
  AbortError,
  concatBytes,
  Bitfield,
  BLOCK_LENGTH,
  type MillraceError,
  NetworkError,
  toMillraceError,
} from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { HttpHead, HttpRequest, HttpSession, HttpTransfer, Runtime } from "../../runtime/index.ts";
import type { BlockSource } from "../download/block-source.ts";
import { DownloadSlot } from "../download/download-slot.ts";
import type { Downloader } from "../download/downloader.ts";
import type { OutstandingRequest } from "../peer/block-requests.ts";
import type { RateLimiter } from "../upload/rate-limiter.ts";
import { Incoming } from "./incoming.ts";
import {
  HTTP_SEED_BUSY_BYTES,
  WEB_SEED_CONNECT_MS,
  WEB_SEED_FIRST_BYTE_MS,
  WEB_SEED_IDLE_MS,
  WEB_SEED_REDIRECTS,
  WEB_SEED_RUN_BYTES,
  WEB_SEED_STALL_MS,
} from "./limits.ts";
import { locator, loginOf, type Locate, type Segment, type WebSeedKind } from "./location.ts";
import { reach } from "./reach.ts";
import { checkHead, retryAfter } from "./reply.ts";
import { stateAfter, type WebSeedState } from "./state.ts";

/** Options of {@link WebSeed}. */
export interface WebSeedOptions {
  readonly runtime: Pick<Runtime, "clock" | "http" | "log">;
  readonly metainfo: Metainfo;
  readonly kind: WebSeedKind;
  readonly url: string;
  readonly userAgent: string;
  readonly check: HttpRequest["check"];
  readonly download: RateLimiter;
  readonly downloader: () => Downloader;
  /** Called with the number of bytes of each block that was stored. */
  readonly onBlock: (bytes: number) => void;
  /** Called with the reason when the web seed waits or is dropped, once for each reason. */
  readonly onTrouble: (error: MillraceError) => void;
}

/** A request in progress. */
interface Fetch {
  readonly abort: AbortController;
  transfer: HttpTransfer | undefined;
  /** The number of bytes to drop before the bytes that were requested. */
  skip: number;
  /** The number of bytes that are still to come after those. */
  left: number;
  /** Bytes that have arrived and that are not requested yet; the transfer is paused. */
  kept: Uint8Array | undefined;
  /** The time at which the transfer was paused for that reason. */
  stalledAt: number;
}

/**
 * A server from which pieces are downloaded by HTTP (BEP 19, BEP 17): one more source of blocks. One reply delivers
 * many blocks: it is requested to reach beyond the blocks that the download has requested so far, over neighbouring
 * pieces that nothing else downloads, and is read as long as the download requests the next block in time.
 * (Its public members are those of {@link BlockSource}, the state, and its end.)
 */
export class WebSeed implements BlockSource {
  readonly url: string;
  readonly kind: WebSeedKind;
  readonly pieces: Bitfield;
  readonly isSeed = true;
  readonly limitedTo = undefined;
  readonly runLength = WEB_SEED_RUN_BYTES;
  readonly download: DownloadSlot;
  readonly #options: WebSeedOptions;
  readonly #locate: Locate;
  readonly #login: string | undefined;
  readonly #session: HttpSession;
  readonly #incoming: Incoming;
  #state: WebSeedState = { kind: "ready" };
  #fetch: Fetch | undefined;
  /** Whether blocks are being delivered, so that calls of {@link request} must not start another request. */
  #isBusy = false;
  #failures = 0;
  /** The codes of the errors that were reported. */
  readonly #told = new Set<string>();
  #receivedAt: number;
  /** The file that was requested last, and the URL to which the server has redirected. */
  #moved: { readonly from: string; readonly to: string } | undefined;

  /** The URL is one that `isWebSeedUrl` accepts. */
  constructor(options: WebSeedOptions) {
    const { metainfo, kind, url, runtime, check } = options;
    this.#options = options;
    this.url = url;
    this.kind = kind;
    this.#locate = locator(kind, url, metainfo);
    this.#login = loginOf(url);
    this.pieces = Bitfield.full(metainfo.pieceCount);
    this.download = new DownloadSlot(runtime.clock.now());
    this.#receivedAt = runtime.clock.now();
    this.#session = runtime.http.session({
      connectTimeoutMs: WEB_SEED_CONNECT_MS,
      ...(check === undefined ? {} : { check }),
    });
    this.#incoming = new Incoming({
      source: this,
      layout: metainfo.layout,
      downloader: options.downloader,
      onBlock: (bytes) => {
        this.#failures = 0;
        options.onBlock(bytes);
      },
    });
  }

  get identity(): this {
    return this;
  }

  get state(): WebSeedState {
    return this.#state;
  }

  get canAsk(): boolean {
    return this.#state.kind === "ready";
  }

  get silentSince(): number | undefined {
    return this.#receivedAt;
  }

  mayAsk(): boolean {
    return this.canAsk;
  }

  request(): void {
    if (this.#isBusy) return;
    const fetch = this.#fetch;
    if (fetch === undefined) this.#begin();
    else if (fetch.kept !== undefined) this.#goOn(fetch);
  }

  cancel(_blocks: readonly OutstandingRequest[]): void {
    // What still arrives of them is dropped. The reply is ended when the next block of it is not requested any more.
  }

  abandonBlock(): void {
    this.#incoming.abandon();
  }

  /** Called once a second with the time of the runtime's clock in milliseconds. */
  tick(now: number): void {
    this.download.meter.tick(now);
    const fetch = this.#fetch;
    if (fetch?.kept !== undefined && this.download.requests.size === 0 && now - fetch.stalledAt >= WEB_SEED_STALL_MS)
      this.#end();
    if (this.#state.kind !== "waiting" || now < this.#state.until) return;
    this.#state = { kind: "ready" };
    this.#options.downloader().refill(this);
  }

  /** Ends the use of the web seed for this run of the torrent. */
  drop(error: MillraceError): void {
    if (this.#state.kind !== "dropped") this.#fail(error, { kind: "dropped", error });
  }

  /** Ends the request in progress and closes the connection. */
  async close(): Promise<void> {
    this.#end();
    await this.#session.close();
  }

  /** Begins a request for the first block that is outstanding, or the next one after the last reply. */
  #begin(): void {
    if (!this.canAsk || this.#fetch !== undefined) return;
    const { metainfo, downloader } = this.#options;
    this.#isBusy = true;
    for (;;) {
      const start = this.#incoming.next();
      if (start === undefined) break;
      const segment = this.#locate(start, reach(start, this.download.requests, metainfo.layout, downloader()));
      if (segment.kind === "bytes") {
        this.#start(segment);
        break;
      }
      this.#incoming.take(new Uint8Array(Math.min(segment.length, BLOCK_LENGTH)));
    }
    this.#isBusy = false;
  }

  #start(segment: Extract<Segment, { kind: "bytes" }>): void {
    const { runtime, userAgent } = this.#options;
    const { url, length, range } = segment;
    const fetch: Fetch = {
      abort: new AbortController(),
      transfer: undefined,
      skip: 0,
      left: length,
      kept: undefined,
      stalledAt: 0,
    };
    this.#fetch = fetch;
    let busy: string | undefined;
    const moved = this.#moved?.from === url ? this.#moved.to : url;
    this.#session
      .get({
        url: moved,
        headers: {
          "user-agent": userAgent,
          "accept-encoding": "identity",
          ...(range === undefined ? {} : { range: `bytes=${range.first}-${range.first + length - 1}` }),
          ...(this.#login === undefined ? {} : { authorization: this.#login }),
        },
        firstByteTimeoutMs: WEB_SEED_FIRST_BYTE_MS,
        idleTimeoutMs: WEB_SEED_IDLE_MS,
        maxRedirects: WEB_SEED_REDIRECTS,
        signal: fetch.abort.signal,
        onHead: (head, transfer) => {
          fetch.transfer = transfer;
          if (head.status === 503 && this.kind === "httpseeds") busy = "";
          else this.#onHead(fetch, head, segment);
        },
        onData: (chunk) => {
          if (busy === undefined) this.#onData(fetch, chunk);
          else
            busy = (busy + String.fromCharCode(...chunk.subarray(0, HTTP_SEED_BUSY_BYTES))).slice(
              0,
              HTTP_SEED_BUSY_BYTES,
            );
        },
      })
      .then(
        () => this.#onEnd(fetch, busy),
        (error: unknown) => this.#onError(fetch, error),
      )
      .catch((error: unknown) => runtime.log.error("web seed failed", { url, reason: String(error) }));
  }

  #onHead(fetch: Fetch, head: HttpHead, segment: Extract<Segment, { kind: "bytes" }>): void {
    const body = checkHead(head, segment, this.#options.runtime.clock.wallTime());
    fetch.skip = body.skip;
    fetch.left = body.length;
    this.#moved = head.url === segment.url ? undefined : { from: segment.url, to: head.url };
  }

  #onData(fetch: Fetch, chunk: Uint8Array): void {
    const { clock } = this.#options.runtime;
    this.#receivedAt = clock.now();
    const { download } = this.#options;
    if (download.isLimited) {
      download.charge(chunk.length);
      if (!download.isOpen) this.#waitForRate(fetch, download);
    }
    if (fetch !== this.#fetch) return;
    const skipped = Math.min(fetch.skip, chunk.length);
    fetch.skip -= skipped;
    const bytes = chunk.subarray(skipped);
    fetch.left -= bytes.length;
    if (fetch.left < 0)
      throw new NetworkError("webseed.range", `GET ${this.url}: the server sent more than it announced`);
    if (fetch.kept === undefined) this.#deliver(fetch, bytes);
    else fetch.kept = concatBytes([fetch.kept, bytes]);
  }

  #waitForRate(fetch: Fetch, download: RateLimiter): void {
    fetch.transfer?.pause();
    download.wait(() => {
      if (fetch.kept === undefined) fetch.transfer?.resume();
    });
  }

  /** Passes bytes on. When nothing is requested after some of them, the rest is kept, and the transfer paused. */
  #deliver(fetch: Fetch, bytes: Uint8Array): void {
    this.#isBusy = true;
    const taken = this.#incoming.take(bytes);
    this.#isBusy = false;
    if (taken === bytes.length || fetch !== this.#fetch) return;
    fetch.kept = bytes.slice(taken);
    fetch.stalledAt = this.#options.runtime.clock.now();
    if (this.download.requests.size > 0) this.#restart();
    else fetch.transfer?.pause();
  }

  /** Continues a paused transfer when its next block is requested now, or begins another request. */
  #goOn(fetch: Fetch): void {
    const { kept } = fetch;
    if (kept === undefined) return;
    if (!this.#incoming.continues) return this.#restart();
    fetch.kept = undefined;
    this.#deliver(fetch, kept);
    if (fetch.kept !== undefined || fetch !== this.#fetch) return;
    if (this.#options.download.isOpen) fetch.transfer?.resume();
    if (fetch.left === 0 && fetch.transfer === undefined) this.#finish(fetch);
  }

  #onEnd(fetch: Fetch, busy: string | undefined): void {
    if (fetch !== this.#fetch) return;
    if (busy !== undefined) {
      const retryAfterMs = retryAfter(busy, 0);
      const fields = retryAfterMs === undefined ? {} : { retryAfterMs };
      return this.#onError(fetch, new NetworkError("webseed.busy", `GET ${this.url}: the server is busy`, { fields }));
    }
    if (fetch.left > 0)
      return this.#onError(fetch, new NetworkError("webseed.truncated", `GET ${this.url}: the reply ended too early`));
    fetch.transfer = undefined;
    if (fetch.kept === undefined) this.#finish(fetch);
  }

  #finish(fetch: Fetch): void {
    if (fetch !== this.#fetch) return;
    this.#fetch = undefined;
    this.#begin();
  }

  #onError(fetch: Fetch, thrown: unknown): void {
    if (fetch !== this.#fetch || thrown instanceof AbortError) return;
    const error = toMillraceError(thrown);
    this.#moved = undefined;
    // The server has closed a connection that waited for more requests.
    if (fetch.kept !== undefined && this.download.requests.size === 0 && fetch.transfer !== undefined)
      return this.#end();
    this.#fail(error, stateAfter(error, this.#failures++, this.#options.runtime.clock.now()));
  }

  #fail(error: MillraceError, state: WebSeedState): void {
    this.#state = state;
    if (!this.#told.has(error.code)) this.#options.onTrouble(error);
    this.#told.add(error.code);
    this.#end();
    this.#options.downloader().dismiss(this);
  }

  /** Ends the request in progress, whose blocks are not requested any more, and begins another one. */
  #restart(): void {
    this.#end();
    this.#begin();
  }

  #end(): void {
    const fetch = this.#fetch;
    this.#fetch = undefined;
    this.#incoming.reset();
    fetch?.abort.abort();
  }
}
