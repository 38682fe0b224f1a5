import { Gate, type InfoHash, ipScope, type PeerId, UsageError } from "../base/index.ts";
import type { Dht } from "../dht/index.ts";
import type { LocalDiscovery } from "../lsd/index.ts";
import type { PortMappingState } from "../portmap/index.ts";
import type { Runtime, Timer } from "../runtime/index.ts";
import { FilePool, makingRoom } from "../storage/index.ts";
import type { Swarm } from "../swarm/index.ts";
import { Tarpit, type EncryptionPolicy } from "../transport/index.ts";
import { generatePeerId } from "../wire/index.ts";
import { checkAddOptions, checkEncryption, checkLimits } from "./limit-checks.ts";
import { ClientPortMapping } from "./address/port-mapping.ts";
import { followRoute } from "./address/route.ts";
import { ClientDiscovery } from "./discovery/client-discovery.ts";
import { ClientTransports } from "./client-transports.ts";
import { ConnectionCount } from "./connection-count.ts";
import { keptWhere, type KeptWhere } from "./content/kept-content.ts";
import { ClientIpFilter, type IpFilterStatus } from "./ip-filter.ts";
import { DEFAULT_MAX_CONNECTIONS, MAX_READING, TICK_MS } from "./limits.ts";
import { makeHost } from "./make-host.ts";
import { makeListener, type PeerListener } from "./listener.ts";
import type { AddOptions, ClientOptions, TorrentSource } from "./options.ts";
import { Places } from "./places.ts";
import { isPath, resolveSource, toOrigin, type ResolvedSource } from "./source.ts";
import { assembleTorrent, type ManagedTorrent } from "./torrent/assemble.ts";
import type { TorrentHost } from "./torrent/host.ts";
import type { Torrent } from "./torrent/torrent.ts";
import { TorrentsOnWire } from "./torrents-on-wire.ts";

/**
 * A BitTorrent client: many torrents with one listener and shared limits. It opens nothing before the first torrent is
 * added or {@link Client.listen} is called. {@link Client.close} releases everything. (24 public members: settings.)
 */
export class Client {
  readonly peerId: PeerId;
  readonly #options: ClientOptions;
  readonly #runtime: Runtime;
  readonly #torrents = new Map<string, ManagedTorrent>();
  /** The torrents that are ticked each second: those with peers or periodic work. Idle seeds are left out. */
  readonly #awake = new Set<ManagedTorrent>();
  /** Torrents by what handshakes contain. */
  readonly #onWire: TorrentsOnWire<ManagedTorrent>;
  readonly #transports: ClientTransports;
  /** The paths of all torrents' data, to detect files that torrents have in common. */
  readonly #places = new Places();
  readonly #reads = new Gate(MAX_READING);
  readonly #listener: PeerListener | undefined;
  readonly #discovery: ClientDiscovery;
  readonly #host: TorrentHost;
  readonly #connections: ConnectionCount;
  readonly #ipFilter: ClientIpFilter;
  readonly #portMapping: ClientPortMapping;
  readonly #unfollow: () => void;
  #isReachable = false;
  #listening: Promise<void> | undefined;
  #ticker: Timer | undefined;
  #closing: Promise<void> | undefined;

  /** Throws UsageError `client.rate`, `client.count` for invalid limits. */
  constructor(options: ClientOptions) {
    checkLimits(options);
    checkEncryption(options.encryption);
    const pool = new FilePool(options.runtime.files);
    // State files need file handles, too: idle data files are closed for them when the system allows no more.
    const runtime = { ...options.runtime, files: makingRoom(options.runtime.files, pool) };
    this.#options = options;
    this.#runtime = runtime;
    this.#onWire = new TorrentsOnWire(runtime.hasher);
    this.#connections = new ConnectionCount(options.maxConnections ?? DEFAULT_MAX_CONNECTIONS, () => this.#swarms());
    this.#ipFilter = new ClientIpFilter({
      runtime,
      onChange: () => {
        for (const swarm of this.#swarms()) swarm.filterChanged();
      },
    });
    this.peerId = generatePeerId(runtime.random);
    const port = (): number => this.#listener?.announcedPort ?? 0;
    const portMapping = new ClientPortMapping(options, runtime);
    this.#portMapping = portMapping;
    const transports = new ClientTransports(options, { runtime, port, ipFilter: this.#ipFilter });
    this.#transports = transports;
    const tarpit = new Tarpit(runtime.clock);
    this.#listener =
      options.port === false
        ? undefined
        : makeListener({
            runtime,
            tarpit,
            transports,
            torrents: this.#onWire,
            ipFilter: this.#ipFilter,
            onTaken: ({ remote }) => {
              if (ipScope(remote.ip) === "public") this.#isReachable = true;
            },
          });
    const { udpPort, connector } = transports;
    const isSeed = (infoHash: InfoHash): boolean => this.get(infoHash)?.state.kind === "seeding";
    const discovery = new ClientDiscovery(options, { runtime, udpPort, isSeed, portMapping });
    this.#discovery = discovery;
    this.#unfollow = followRoute(runtime.route, { swarms: () => this.#swarms(), transports, discovery });
    this.#host = makeHost(options, {
      runtime,
      peerId: this.peerId,
      pool,
      udpPort,
      discovery,
      ipFilter: this.#ipFilter,
      portMapping,
      connector,
      tarpit,
      budget: this.#connections,
      places: this.#places,
      port: () => portMapping.tcpPort ?? port(),
      forget: (infoHash) => this.#forget(infoHash),
      named: (infoHash, other) => this.#onWire.addOther(infoHash, other),
      wake: (infoHash) => {
        const torrent = this.#torrents.get(infoHash.hex);
        if (torrent !== undefined) this.#awake.add(torrent);
      },
    });
  }

  /** All torrents, in the order in which they were added. */
  get torrents(): readonly Torrent[] {
    return Array.from(this.#torrents.values(), ({ torrent }) => torrent);
  }

  /** The torrents that are active, or may become active within a second; all others are idle. */
  get awake(): readonly Torrent[] {
    return Array.from(this.#awake, ({ torrent }) => torrent);
  }

  /** The client's DHT; `undefined` when the client does not use the DHT. */
  get dht(): Dht | undefined {
    return this.#discovery.dht.service?.dht;
  }

  /** Local service discovery; `undefined` when the client does not use it. */
  get lsd(): LocalDiscovery | undefined {
    return this.#discovery.lsd.service;
  }

  /** The port on which the client listens; 0 while it does not listen. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** The number of connections of all torrents. */
  get connections(): number {
    return this.#connections.current;
  }

  /** The state of the IP filter; `undefined` without one. */
  get ipFilter(): IpFilterStatus | undefined {
    return this.#ipFilter.status;
  }

  /** The state of the mapping of the port at the router; `undefined` while no port is to be mapped. */
  get portMapping(): PortMappingState | undefined {
    return this.#portMapping.state;
  }

  /**
   * Whether a peer with a public address has connected since the client was created: no firewall or NAT blocks the
   * port.
   */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  /** Opens the listener, if it is not open yet; returns its port. Rejects with NetworkError `net.address-in-use`. */
  async listen(): Promise<number> {
    this.#requireOpen();
    this.#listening ??= this.#open();
    await this.#listening;
    return this.port;
  }

  async #open(): Promise<void> {
    const { ipFilter } = this.#options;
    if (ipFilter !== undefined) await this.setIpFilter(ipFilter);
    await this.#listener?.open();
    this.#portMapping.open(this.port);
    await Promise.all(this.#host.discovery.map((service) => service.open(this.port)));
  }

  /**
   * Adds a torrent and starts it. Resolves when its source has been read and the torrent has been added;
   * {@link Torrent.done} resolves when it is complete. Rejects with InputError (`metainfo.*`, `magnet.*`,
   * `torrent.name`), StorageError, NetworkError, or UsageError `client.duplicate`, `client.path-in-use`, `client.rate`,
   * `client.count`, `webseed.url`.
   */
  async add(source: TorrentSource, options: AddOptions = {}): Promise<Torrent> {
    this.#requireOpen();
    checkAddOptions(options);
    const resolve = (): Promise<ResolvedSource> =>
      resolveSource(this.#runtime, source, this.#options.checkAddress, options.signal);
    const resolved = await (isPath(source) ? this.#reads.run(resolve) : resolve());
    await this.listen();
    this.#requireOpen();
    const origin = toOrigin(resolved, options);
    const folder = options.downloadDir ?? this.#options.downloadDir ?? ".";
    this.#onWire.requireNew(origin.infoHash, origin.otherHash);
    const managed = assembleTorrent(this.#host, origin, options, folder);
    const { torrent } = managed;
    managed.data.claimPlace(folder);
    this.#torrents.set(origin.infoHash.hex, managed);
    for (const infoHash of managed.hashes.all) this.#onWire.add(infoHash, managed);
    this.#ticker ??= this.#runtime.clock.every(TICK_MS, () => this.#tick());
    if (options.paused !== true) torrent.resume();
    return torrent;
  }

  /** Returns the torrent with this info-hash, which may be in hexadecimal. A hybrid torrent has two. */
  get(infoHash: InfoHash | string): Torrent | undefined {
    return this.#onWire.named(typeof infoHash === "string" ? infoHash.toLowerCase() : infoHash.hex)?.torrent;
  }

  /**
   * Resolves with the folder and name of a torrent's data, as the last run with the same `stateDir` stored them; with
   * `undefined` when they are not known. `infoHash` is in hexadecimal.
   */
  async keptWhere(infoHash: string): Promise<KeptWhere | undefined> {
    const { stateDir } = this.#options;
    return stateDir === undefined ? undefined : keptWhere(this.#runtime, stateDir, infoHash);
  }

  /**
   * Sets limits in bytes a second for all torrents together; `undefined` or 0 for no limit. Throws UsageError
   * `client.rate` for a rate that is negative or not finite.
   */
  setRates(rates: {
    readonly maxDownloadRate?: number | undefined;
    readonly maxUploadRate?: number | undefined;
  }): void {
    checkLimits(rates);
    if ("maxDownloadRate" in rates) this.#host.download.setRate(rates.maxDownloadRate);
    if ("maxUploadRate" in rates) this.#host.upload.setRate(rates.maxUploadRate);
  }

  /** Changes limits of the client. Existing connections stay open. Throws UsageError `client.count`. */
  setLimits(limits: {
    readonly maxConnections?: number;
    readonly maxPeers?: number;
    readonly uploadSlots?: number;
  }): void {
    checkLimits(limits);
    this.#connections.max = limits.maxConnections ?? this.#connections.max;
    this.#host.maxPeers = limits.maxPeers ?? this.#host.maxPeers;
    this.#host.uploadSlots = limits.uploadSlots ?? this.#host.uploadSlots;
  }

  /** Changes how connections are encrypted; open ones stay as they are. Throws UsageError `client.encryption`. */
  setEncryption(policy: EncryptionPolicy): void {
    checkEncryption(policy);
    this.#transports.encryption.policy = policy;
  }

  /** Switches {@link ClientOptions.portMapping} on or off. Resolves when it is begun or removed. Never rejects. */
  setPortMapping(isOn: boolean): Promise<void> {
    return this.#portMapping.set(isOn);
  }

  /** Switches uTP on or off. Connections stay open. Never rejects. */
  setUtp(isOn: boolean): Promise<void> {
    return this.#transports.setUtp(isOn);
  }

  /**
   * Switches ways to find peers on or off, for all torrents; what is missing stays as it is. Peers stay connected.
   * Settings of `dht` and `lsd` apply when they are switched on; `true`: those given last. Resolves when it is done.
   */
  async setDiscovery(changes: Pick<ClientOptions, "dht" | "pex" | "lsd">): Promise<void> {
    const changed = this.#discovery.set(changes);
    if (changes.pex !== undefined) for (const { swarm } of this.torrents) swarm?.updatePex();
    await changed;
  }

  /**
   * Reads IP filters and uses them in place of the earlier ones, as {@link ClientOptions.ipFilter}; `[]` for no filter.
   * Peers that they block are disconnected. Rejects with StorageError or InputError `ipfilter.*`; then an earlier one
   * stays in use, and without one, all peers are blocked until the files can be read.
   */
  setIpFilter(paths: string | readonly string[]): Promise<void> {
    return this.#ipFilter.set(typeof paths === "string" ? [paths] : paths);
  }

  /**
   * Stops every torrent, sends `stopped` to trackers, saves the state, and closes all sockets and files. Takes at most
   * some seconds; never rejects.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ticker?.cancel();
    this.#unfollow();
    await this.#listening?.catch(() => undefined);
    const { log } = this.#runtime;
    const logged = (what: string, closed?: Promise<void>): Promise<void> | undefined =>
      closed?.catch((error: unknown) => log.error(`cannot close ${what}`, { reason: String(error) }));
    await Promise.all([
      this.#portMapping.close(),
      logged("the listener", this.#listener?.close()),
      ...this.torrents.map((torrent) => logged(`the torrent ${torrent.name}`, torrent.close())),
    ]);
    this.#host.download.close();
    this.#host.upload.close();
    this.#host.intake.close();
    this.#host.tarpit.close();
    await Promise.all(this.#host.discovery.map((service) => service.close()));
    await this.#host.udp.close();
    await this.#transports.close();
    await this.#ipFilter.close();
    await this.#host.pool.close();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new UsageError("client.closed", "the client is closed");
  }

  #tick(): void {
    const now = this.#runtime.clock.now();
    for (const managed of this.#awake) if (!managed.lifecycle.tick(now)) this.#awake.delete(managed);
  }

  #forget(infoHash: InfoHash): void {
    const torrent = this.#torrents.get(infoHash.hex);
    if (torrent === undefined) return;
    this.#awake.delete(torrent);
    this.#places.remove(infoHash);
    this.#torrents.delete(infoHash.hex);
    for (const each of torrent.hashes.all) this.#onWire.remove(each);
  }

  *#swarms(): Generator<Swarm> {
    for (const { lifecycle } of this.#torrents.values()) if (lifecycle.swarm !== undefined) yield lifecycle.swarm;
  }
}
