import { addressIp, formatEndpoint, ipPeer, RecentMap, type Endpoint, type PeerAddress } from "../base/index.ts";
import { IpFilterFiles, type IpFilterFilesStatus } from "../ipfilter/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { BLOCKED_SYN_REPEATS_MS, MAX_BLOCKED_SYN_SENDERS } from "./limits.ts";

/** The state of a client's IP filter. */
export interface IpFilterStatus extends IpFilterFilesStatus {
  /**
   * The number of connections that the filter has prevented or closed since the client was created: dials, incoming
   * connections, and connections that were open when the filter changed.
   */
  readonly blocked: number;
}

/** Options of {@link ClientIpFilter}. */
export interface ClientIpFilterOptions {
  readonly runtime: Pick<Runtime, "files" | "clock" | "log">;
  /** Called when other addresses are blocked than before. */
  readonly onChange: () => void;
}

/** The IP filter of a client, which the user may change at any time. */
export class ClientIpFilter {
  readonly #options: ClientIpFilterOptions;
  #files: IpFilterFiles | undefined;
  #blocked = 0;
  /** When a SYN packet of a blocked sender was counted. */
  readonly #senders = new RecentMap<string, number>(MAX_BLOCKED_SYN_SENDERS);
  /** The end of the latest change: changes are made one after the other. */
  #changing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: ClientIpFilterOptions) {
    this.#options = options;
  }

  /** The state of the filter; `undefined` without a filter. */
  get status(): IpFilterStatus | undefined {
    return this.#files === undefined ? undefined : { ...this.#files.status, blocked: this.#blocked };
  }

  /** Whether the filter blocks a peer; if so, the peer is counted. */
  isBlocked(address: PeerAddress): boolean {
    const ip = addressIp(address);
    if (ip === undefined || this.#files?.blocks(ip) !== true) return false;
    this.#blocked++;
    return true;
  }

  /** Whether the filter blocks the sender of a uTP SYN packet; if so, it is counted, but not again for a minute. */
  isSenderBlocked(from: Endpoint): boolean {
    if (this.#files?.blocks(from.ip) !== true) return false;
    const key = formatEndpoint(from);
    const now = this.#options.runtime.clock.now();
    const before = this.#senders.get(key);
    if (before !== undefined && now - before < BLOCKED_SYN_REPEATS_MS) return true;
    this.#senders.set(key, now);
    return this.isBlocked(ipPeer(from));
  }

  /**
   * Reads these files and uses them in place of the earlier ones; no paths: no filter. Rejects as
   * {@link IpFilterFiles.open} does; then an earlier filter stays in use, and without one, all peers are blocked until
   * the files can be read.
   */
  set(paths: readonly string[]): Promise<void> {
    const changed = this.#changing.then(() => this.#set(paths));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changing;
    await this.#files?.close();
  }

  async #set(paths: readonly string[]): Promise<void> {
    const before = this.#files;
    if (this.#isClosed || (before !== undefined && isSame(before.status.files, paths))) return;
    if (paths.length === 0) {
      this.#files = undefined;
      await before?.close();
    } else {
      const { runtime, onChange } = this.#options;
      const files = new IpFilterFiles({ runtime, paths, onChange });
      this.#files ??= files;
      try {
        await files.open();
      } catch (error) {
        if (this.#files !== files) await files.close();
        throw error;
      }
      this.#files = files;
      await before?.close();
    }
    this.#options.onChange();
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((path, index) => path === other[index]);
}
