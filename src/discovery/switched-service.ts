import type { InfoHash } from "../base/index.ts";
import type { CandidateSource } from "./candidates.ts";
import type { DiscoveryService, DiscoveryTarget, PeerSource } from "./peer-source.ts";

/**
 * A discovery service that can be switched off and on while torrents use it. Its sources serve private torrents never
 * (BEP 27).
 */
export class SwitchedService<Service extends DiscoveryService> implements DiscoveryService {
  readonly #name: CandidateSource;
  /** The sources of the torrents that run. */
  readonly #sources = new Set<SwitchedSource>();
  #service: Service | undefined;
  /** The port passed to {@link open}; `undefined` before. */
  #port: number | undefined;
  #isClosed = false;
  /** Openings and switches run one after the other. */
  #queue: Promise<void> = Promise.resolve();

  /** `name` is that of the service's sources. `service` is the service at the start; `undefined`: it is off. */
  constructor(name: CandidateSource, service: Service | undefined) {
    this.#name = name;
    this.#service = service;
  }

  /** The service; `undefined` while it is off. */
  get service(): Service | undefined {
    return this.#service;
  }

  open(port: number): Promise<void> {
    return this.#run(async () => {
      this.#port = port;
      await this.#service?.open(port);
    });
  }

  /**
   * Switches the service on, with a service that `make` creates, or off. Nothing happens when it is in that state
   * already. When it was opened before, the new service is opened, and torrents that run search for peers at once.
   * Rejects with the error of the new service's `open`; the service is then off.
   */
  set(make: (() => Service) | undefined): Promise<void> {
    return this.#run(async () => {
      if (this.#isClosed || (make !== undefined) === (this.#service !== undefined)) return;
      if (make !== undefined) await this.#begin(make());
      else await this.#end();
    });
  }

  sourceFor(infoHash: InfoHash): PeerSource {
    return new SwitchedSource(this.#name, infoHash, () => this.#service, this.#sources);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue;
    await this.#service?.close();
  }

  async #begin(service: Service): Promise<void> {
    if (this.#port !== undefined) await service.open(this.#port);
    this.#service = service;
    for (const source of this.#sources) source.attach(service);
  }

  async #end(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    await Promise.all(Array.from(this.#sources, (source) => source.detach()));
    await service?.close();
  }

  #run(step: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(step);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

/** The source of one torrent. While the service is on and the torrent runs, it has a source of the service. */
class SwitchedSource implements PeerSource {
  readonly name: CandidateSource;
  readonly allowsPrivate = false;
  readonly #infoHash: InfoHash;
  readonly #service: () => DiscoveryService | undefined;
  readonly #running: Set<SwitchedSource>;
  #target: DiscoveryTarget | undefined;
  #source: PeerSource | undefined;

  constructor(
    name: CandidateSource,
    infoHash: InfoHash,
    service: () => DiscoveryService | undefined,
    running: Set<SwitchedSource>,
  ) {
    this.name = name;
    this.#infoHash = infoHash;
    this.#service = service;
    this.#running = running;
  }

  start(target: DiscoveryTarget): void {
    this.#target = target;
    this.#running.add(this);
    const service = this.#service();
    if (service !== undefined) this.attach(service);
  }

  async stop(): Promise<void> {
    this.#target = undefined;
    this.#running.delete(this);
    await this.detach();
  }

  /** Called when the service is on: begins to search with it. */
  attach(service: DiscoveryService): void {
    if (this.#target === undefined || this.#source !== undefined) return;
    this.#source = service.sourceFor(this.#infoHash);
    this.#source.start(this.#target);
  }

  /** Called when the service is switched off: ends the search. */
  async detach(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    await source?.stop();
  }
}
