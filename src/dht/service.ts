import { ipPeer, type InfoHash } from "../base/index.ts";
import type { DiscoveryService, DiscoveryTarget, PeerSource } from "../discovery/index.ts";
import type { Clock, Random, Timer } from "../runtime/index.ts";
import type { Dht } from "./dht.ts";
import { ANNOUNCE_MS, BOOTSTRAP_RETRY_MS, DEFERRED_ANNOUNCE_MS } from "./limits.ts";

/** Options of {@link DhtService}. */
export interface DhtServiceOptions {
  readonly dht: Dht;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Whether nodes store the source port of the announce's datagram instead of the listening port. Set it when uTP uses
   * the same port, so that a NAT maps the port for both. Default false.
   */
  readonly impliedPort?: boolean | undefined;
  /** Returns the port to announce; `undefined`, as without this function: the one passed to {@link DhtService.open}. */
  readonly port?: (() => number | undefined) | undefined;
  /** Returns whether this client has all data of a torrent (BEP 33). Default: never. */
  readonly isSeed?: ((infoHash: InfoHash) => boolean) | undefined;
  /** The maximum number of torrents for which lookups run at the same time; other torrents wait. Default 8. */
  readonly parallel?: number | undefined;
}

/** The DHT as a source of peers that all torrents of a client share. Private torrents never use it (BEP 27). */
export class DhtService implements DiscoveryService {
  readonly dht: Dht;
  readonly #options: DhtServiceOptions;
  readonly #waiting = new Set<DhtSource>();
  readonly #running = new Set<Promise<void>>();
  /** The sources of the torrents that run. */
  readonly #started = new Set<DhtSource>();
  #port = 0;

  constructor(options: DhtServiceOptions) {
    this.dht = options.dht;
    this.#options = options;
  }

  async open(port: number): Promise<void> {
    this.#port = port;
    await this.dht.open();
  }

  sourceFor(infoHash: InfoHash): PeerSource {
    return new DhtSource(infoHash, this.#options, {
      started: this.#started,
      enqueue: (source) => this.#enqueue(source),
    });
  }

  /** Announces all torrents that run again, because the port has changed. */
  announceAgain(): void {
    for (const source of this.#started) this.#enqueue(source);
  }

  async close(): Promise<void> {
    this.#waiting.clear();
    await this.dht.close();
    await Promise.all(this.#running);
  }

  #enqueue(source: DhtSource): void {
    this.#waiting.add(source);
    this.#next();
  }

  #next(): void {
    for (const source of this.#waiting) {
      if (this.#running.size >= (this.#options.parallel ?? 8)) return;
      this.#waiting.delete(source);
      const running = source.search(this.#options.port?.() ?? this.#port).finally(() => {
        this.#running.delete(running);
        this.#next();
      });
      this.#running.add(running);
    }
  }
}

/** The lookups of a {@link DhtService}, in which its sources take part. */
interface DhtQueue {
  readonly started: Set<DhtSource>;
  readonly enqueue: (source: DhtSource) => void;
}

/** Finds the peers of a torrent in the DHT, with a lookup and an announce at the start and every 15 minutes. */
class DhtSource implements PeerSource {
  readonly name = "dht";
  readonly allowsPrivate = false;
  readonly #infoHash: InfoHash;
  readonly #options: DhtServiceOptions;
  readonly #queue: DhtQueue;
  #run: { readonly target: DiscoveryTarget; readonly abort: AbortController } | undefined;
  #timer: Timer | undefined;
  /** The time, in milliseconds, from the last lookup to the next one; a random change is added. */
  #waitMs = BOOTSTRAP_RETRY_MS;
  /** Whether a lookup since the start has announced this client, or has left that to the next one. */
  #hasSearched = false;

  constructor(infoHash: InfoHash, options: DhtServiceOptions, queue: DhtQueue) {
    this.#infoHash = infoHash;
    this.#options = options;
    this.#queue = queue;
  }

  start(target: DiscoveryTarget): void {
    this.#run = { target, abort: new AbortController() };
    this.#waitMs = BOOTSTRAP_RETRY_MS;
    this.#hasSearched = false;
    this.#queue.started.add(this);
    this.#queue.enqueue(this);
  }

  /** Stops without waiting for a running lookup: nodes that do not reply must not delay the stop. */
  stop(): Promise<void> {
    this.#run?.abort.abort();
    this.#run = undefined;
    this.#queue.started.delete(this);
    this.#timer?.cancel();
    return Promise.resolve();
  }

  /** Searches for peers once, and schedules the next lookup. Never rejects. */
  search(port: number): Promise<void> {
    return this.#search(port).catch(() => undefined);
  }

  async #search(port: number): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { dht, impliedPort, isSeed } = this.#options;
    const { signal } = run.abort;
    await dht.ready(undefined, signal);
    if (signal.aborted) return;
    const announce = port === 0 ? undefined : { port, impliedPort, isSeed: isSeed?.(this.#infoHash) === true };
    // Many nodes add one that announces to their tables, even if it is read-only (BEP 43), and wait for its replies
    // later. So a client that may be gone in a moment, and has found peers, does not announce at once.
    const announceIfAlone = !this.#hasSearched && dht.isReadOnly && announce?.isSeed === false;
    const { announced, queries, peers } = await dht.findPeers(this.#infoHash, {
      announce,
      announceIfAlone,
      signal,
      onPeers: (peers) => !signal.aborted && run.target.found(peers.map(ipPeer)),
    });
    this.#hasSearched ||= queries > 0;
    const isDeferred = announceIfAlone && announced === 0;
    // No nodes, or no peer but perhaps ourselves: other peers may be announced soon, and are looked for sooner.
    const isMissed = queries === 0 || (announce !== undefined && announced === 0) || peers.length <= 1;
    this.#waitMs = isMissed ? Math.min(2 * this.#waitMs, ANNOUNCE_MS) : ANNOUNCE_MS;
    if (isDeferred && peers.length > 1) this.#waitMs = DEFERRED_ANNOUNCE_MS;
    if (!signal.aborted) this.#plan(this.#waitMs);
  }

  #plan(ms: number): void {
    const { clock, random } = this.#options;
    const spread = 0.8 + (0.4 * random.below(1_000)) / 1_000;
    this.#timer?.cancel();
    this.#timer = clock.after(ms * spread, () => this.#queue.enqueue(this));
  }
}
