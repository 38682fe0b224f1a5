import { toError } from "../../../base/index.ts";
import type { Settings } from "../../../api/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import type { Client, DhtSettings, LsdSettings } from "../../../client/index.ts";
import type { SessionSettings } from "../session.ts";
import { isAlternativeTime, ratesAt, type RateLimits } from "./schedule.ts";
import type { SettingsStore } from "./settings-store.ts";

/** Options of {@link SettingsControl}. */
export interface SettingsControlOptions {
  readonly runtime: Pick<Runtime, "clock" | "log">;
  readonly client: Pick<
    Client,
    "setRates" | "setLimits" | "setPortMapping" | "setUtp" | "setDiscovery" | "setEncryption" | "setIpFilter"
  >;
  /** The settings with which the DHT and local service discovery are switched on. */
  readonly discovery: { readonly dht: DhtSettings; readonly lsd: LsdSettings };
  readonly store: SettingsStore;
  /** Called after the settings, or the rate limits for the time of day, were applied. */
  readonly onApplied: () => void;
  /** Called when a caller has changed a setting. */
  readonly onChanged: () => void;
}

/** Applies the session's settings to the client: limits, the rate schedule and the alternative rates. */
export class SettingsControl implements SessionSettings {
  readonly #options: SettingsControlOptions;
  #rateLimits: RateLimits;
  /**
   * Whether the times of the alternative rates covered the time of the last check; `undefined` before the first check,
   * or when no times are set.
   */
  #isAlternativeTime: boolean | undefined;

  constructor(options: SettingsControlOptions) {
    this.#options = options;
    this.#rateLimits = options.store.get();
  }

  /** The rate limits that are currently applied. */
  get rateLimits(): RateLimits {
    return this.#rateLimits;
  }

  get(): Settings {
    return this.#options.store.get();
  }

  async change(settings: Partial<Settings>): Promise<Settings> {
    try {
      if (settings.ipFilter !== undefined) await this.#setFilter(settings.ipFilter);
      await this.#options.store.change(settings);
    } catch (error) {
      await this.#applyFilter();
      throw error;
    }
    await this.apply();
    this.#options.onChanged();
    return this.get();
  }

  /**
   * Applies a configuration that was read again. A setting that was changed while the daemon ran keeps its value.
   * Resolves with the names of the settings that have changed.
   */
  async reconfigure(settings: Settings): Promise<readonly string[]> {
    const { store, onChanged } = this.#options;
    const before: Readonly<Record<string, unknown>> = this.get();
    store.setBase(settings);
    const changed = Object.entries(this.get()).flatMap(([key, value]) =>
      JSON.stringify(value) === JSON.stringify(before[key]) ? [] : [key],
    );
    await this.apply();
    if (changed.length > 0) onChanged();
    return changed;
  }

  /**
   * Applies all settings to the client. Resolves when the DHT and local service discovery are switched and the IP
   * filter is read, too.
   */
  async apply(): Promise<void> {
    const { client, discovery, onApplied } = this.#options;
    const { maxConnections, maxPeers, uploadSlots, utp, portMapping, dht, pex, lsd, encryption } = this.get();
    this.#rateLimits = this.#limitsNow();
    client.setRates({
      maxDownloadRate: this.#rateLimits.maxDownloadRate ?? undefined,
      maxUploadRate: this.#rateLimits.maxUploadRate ?? undefined,
    });
    client.setLimits({ maxConnections, maxPeers, uploadSlots });
    client.setEncryption(encryption);
    const switched = [
      client.setUtp(utp),
      client.setPortMapping(portMapping),
      client.setDiscovery({ dht: dht && discovery.dht, pex, lsd: lsd && discovery.lsd }),
    ];
    onApplied();
    await Promise.all([...switched, this.#applyFilter()]);
  }

  /** Applies the stored filter. When it cannot be read, the client blocks all peers, and the reason is logged. */
  async #applyFilter(): Promise<void> {
    try {
      await this.#setFilter(this.get().ipFilter);
    } catch (error) {
      this.#options.runtime.log.error("cannot read the IP filter", { reason: toError(error).message });
    }
  }

  #setFilter(path: string): Promise<void> {
    return this.#options.client.setIpFilter(path === "" ? [] : path);
  }

  /** Applies the settings that depend on the time of day: the rate schedule, and the alternative rates. */
  async followTime(): Promise<void> {
    await this.followAlternativeTimes();
    const { maxDownloadRate, maxUploadRate } = this.#limitsNow();
    if (maxDownloadRate !== this.#rateLimits.maxDownloadRate || maxUploadRate !== this.#rateLimits.maxUploadRate)
      await this.apply();
  }

  /**
   * Switches the alternative rates on when their time begins, and off when it ends. In between, the user can switch
   * them.
   */
  async followAlternativeTimes(): Promise<void> {
    const { alternativeTimes, isAlternative } = this.get();
    const isTime = isAlternativeTime(alternativeTimes, this.#now());
    const before = this.#isAlternativeTime;
    this.#isAlternativeTime = isTime;
    if (isTime === undefined || isTime === before || isTime === isAlternative) return;
    // At the start, the alternative rates are switched on only: the user may have switched them on outside their times.
    if (before !== undefined || isTime) await this.change({ isAlternative: isTime });
  }

  #limitsNow(): RateLimits {
    return ratesAt(this.get(), this.#now());
  }

  #now(): Date {
    return new Date(this.#options.runtime.clock.wallTime());
  }
}
