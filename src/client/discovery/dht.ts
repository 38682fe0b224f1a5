import { formatHostPort, toError, type InfoHash } from "../../base/index.ts";
import { Dht, DhtService, type QueryRates } from "../../dht/index.ts";
import type { TorrentNode } from "../../metainfo/index.ts";
import type { Runtime, Timer } from "../../runtime/index.ts";
import type { SwarmDht } from "../../swarm/index.ts";
import type { UdpPort } from "../../transport/index.ts";
import type { ClientPortMapping } from "../address/port-mapping.ts";
import { DHT_SAVE_MS, MAX_DHT_QUERIES, MAX_SAVED_DHT_LENGTH } from "../limits.ts";

/** Settings of the client's DHT node. */
export interface DhtSettings {
  /** The nodes to query while no others are known, as `HOST:PORT`. Default: three public nodes. */
  readonly bootstrap?: readonly string[] | undefined;
  /**
   * Whether the node is read-only (BEP 43), which means that it does not reply to queries. `"auto"` makes it read-only
   * for its first minutes, unless other nodes could reach it in the last run, and later while they cannot reach it.
   * Default `"auto"`.
   */
  readonly readOnly?: boolean | "auto" | undefined;
  /**
   * The folder in which the known nodes are stored between runs. Default: the client's `stateDir`; without a folder
   * they are not stored.
   */
  readonly stateDir?: string | undefined;
  /**
   * The maximum rates of queries to which the node replies. Default: 20 a second for each address, and
   * {@link MAX_DHT_QUERIES} for all together.
   */
  readonly rates?: Partial<QueryRates> | undefined;
}

/** Options of {@link ClientDht}. */
export interface ClientDhtOptions {
  readonly runtime: Runtime;
  readonly settings: DhtSettings;
  readonly udpPort: UdpPort;
  /** The folder in which the known nodes are stored between runs; `undefined` when they are not stored. */
  readonly stateDir: string | undefined;
  readonly isSeed: (infoHash: InfoHash) => boolean;
  /** The mapping of the port at the router: the external ports are announced. */
  readonly portMapping: ClientPortMapping;
}

/** A client's DHT node: a source of peers for the client's torrents. It stores the known nodes between runs. */
export class ClientDht extends DhtService implements SwarmDht {
  readonly #options: ClientDhtOptions;
  #timer: Timer | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: ClientDhtOptions) {
    const { runtime, settings, udpPort, stateDir } = options;
    super({
      dht: new Dht({
        runtime,
        sockets: udpPort,
        ...settings,
        rates: { inAll: MAX_DHT_QUERIES, ...settings.rates },
        saved: stateDir === undefined ? undefined : () => readTable(runtime, tablePath(stateDir)),
      }),
      clock: runtime.clock,
      random: runtime.random,
      isSeed: options.isSeed,
      port: () => options.portMapping.tcpPort,
    });
    this.#options = options;
  }

  override async open(port: number): Promise<void> {
    try {
      await super.open(port);
    } catch (error) {
      // Torrents go on without it.
      this.#options.runtime.log.warn("cannot open the DHT node", { reason: toError(error).message });
      return;
    }
    this.#timer = this.#options.runtime.clock.every(DHT_SAVE_MS, () => {
      this.#saving = this.#saving.then(() => this.#save());
    });
  }

  override async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#saving;
    if (this.#timer !== undefined) await this.#save();
    await super.close();
  }

  /** Returns the UDP port of the DHT node, which is sent to peers; 0 while the node does not reply to queries. */
  port(): number {
    if (this.dht.isReadOnly) return 0;
    const { udpPort, portMapping } = this.#options;
    return portMapping.udpPort ?? (udpPort.local(4) ?? udpPort.local(6))?.port ?? 0;
  }

  onNode(endpoint: Parameters<Dht["suggest"]>[0]): void {
    this.dht.suggest(endpoint);
  }

  /** Pings the nodes that a torrent file names (BEP 5). Resolves when their names were looked up; never rejects. */
  async onNodes(nodes: readonly TorrentNode[]): Promise<void> {
    const hosts = nodes.map(({ host, port }) => formatHostPort(host, port));
    await this.dht.suggestHosts(hosts);
  }

  async #save(): Promise<void> {
    const { runtime, stateDir } = this.#options;
    if (stateDir === undefined || this.dht.stats.families.every(({ nodes }) => nodes === 0)) return;
    try {
      await runtime.files.makeFolder(stateDir);
      await runtime.files.replace(tablePath(stateDir), this.dht.save());
    } catch (error) {
      runtime.log.warn("cannot save the DHT nodes", { reason: toError(error).message });
    }
  }
}

/** Creates a client's DHT node; `dht: true` stands for the default settings. `stateDir` is that of the client. */
export function makeDht(dht: DhtSettings | true, parts: Omit<ClientDhtOptions, "settings">): ClientDht {
  const settings = dht === true ? {} : dht;
  return new ClientDht({ ...parts, settings, stateDir: settings.stateDir ?? parts.stateDir });
}

function tablePath(stateDir: string): string {
  return `${stateDir}/dht.nodes`;
}

async function readTable({ files }: Runtime, path: string): Promise<Uint8Array | undefined> {
  return (await files.stat(path)) === undefined ? undefined : files.readAll(path, MAX_SAVED_DHT_LENGTH);
}
