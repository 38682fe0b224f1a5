import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { DhtInfo } from "../../api/index.ts";
import type { Session } from "../session/session.ts";

/** The objects from which the metrics are read. */
export interface MetricsSources {
  readonly session: Session;
  readonly listeners: () => number;
  readonly streams: () => number;
}

/**
 * The time, in milliseconds, between two measurements of the event loop's delay. A shorter interval would wake an idle
 * daemon too often.
 */
const DELAY_RESOLUTION_MS = 100;

/**
 * The metrics of the daemon for Prometheus. Most values are read when the metrics are requested; HTTP requests are
 * counted when they end.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<"method" | "route" | "status">;
  readonly #seconds: Histogram<"route">;
  readonly #delay: IntervalHistogram;

  constructor({ session, listeners, streams }: MetricsSources) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: "millrace_http_requests_total",
      help: "HTTP requests",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "millrace_http_request_duration_seconds",
      help: "The time until the response was sent, in seconds, except for streams",
      labelNames: ["route"],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    this.#delay.enable();
    const gauge = (name: string, help: string, read: () => number): void => {
      const made: Gauge = new Gauge({ name: `millrace_${name}`, help, registers, collect: () => made.set(read()) });
    };
    const counter = (name: string, help: string, read: () => number): void => {
      const made: Counter = new Counter({
        name: `millrace_${name}`,
        help,
        registers,
        collect: () => {
          made.reset();
          made.inc(read());
        },
      });
    };
    gauge(
      "download_bytes_per_second",
      "The rate of received blocks, in bytes a second",
      () => session.statistics.totals().downRate,
    );
    gauge(
      "upload_bytes_per_second",
      "The rate of sent blocks, in bytes a second",
      () => session.statistics.totals().upRate,
    );
    counter(
      "downloaded_bytes_total",
      "The number of bytes of blocks received, in all runs",
      () => session.statistics.totals().downloaded,
    );
    counter(
      "uploaded_bytes_total",
      "The number of bytes of blocks sent, in all runs",
      () => session.statistics.totals().uploaded,
    );
    gauge("peer_connections", "The number of connections to peers", () => session.statistics.totals().connections);
    gauge(
      "free_bytes",
      "The free space in the folder for downloads, in bytes; -1 when unknown",
      () => session.statistics.totals().freeBytes ?? -1,
    );
    gauge(
      "start_time_seconds",
      "The time at which the session began, in seconds since 1970",
      () => session.statistics.totals().startedAt / 1_000,
    );
    gauge("resident_memory_bytes", "Memory of the process", () => process.memoryUsage.rss());
    gauge("heap_used_bytes", "Memory of JavaScript objects", () => process.memoryUsage().heapUsed);
    gauge(
      "event_loop_lag_p99_seconds",
      "The delay of the event loop since the last request of the metrics, in seconds",
      () => this.#lag(),
    );
    gauge("event_listeners", "Open event streams", listeners);
    gauge("file_streams", "Files that are being streamed", streams);
    const dht = (of: (family: DhtInfo["families"][number]) => number): number =>
      session.statistics.dht().families.reduce((sum, family) => sum + of(family), 0);
    counter("dht_queries_total", "DHT queries received", () => dht(({ queries }) => queries));
    counter("dht_limited_queries_total", "The number of DHT queries without a reply because there were too many", () =>
      dht(({ limited }) => limited),
    );
    counter("dht_replies_total", "DHT replies received", () => dht(({ replies }) => replies));
    const nodes: Gauge<"family"> = new Gauge({
      name: "millrace_dht_nodes",
      help: "Nodes in the routing table of the DHT",
      labelNames: ["family"],
      registers,
      collect: () => {
        nodes.reset();
        for (const { family, nodes: known } of session.statistics.dht().families)
          nodes.set({ family: `ipv${family}` }, known);
      },
    });
    const lsd = () => session.statistics.lsd();
    counter("lsd_sent_total", "Messages of local discovery sent, at all network interfaces", () => lsd().sent);
    counter("lsd_received_total", "Messages of local discovery received and read", () => lsd().received);
    counter("lsd_found_total", "Addresses of peers from local discovery", () => lsd().found);
    const filter = () => session.statistics.totals().ipFilter;
    gauge("ip_filter_ranges", "The number of ranges of IP addresses that are blocked", () => filter()?.ranges ?? 0);
    counter(
      "ip_filter_blocked_total",
      "Connections that the IP filter prevented or closed",
      () => filter()?.blocked ?? 0,
    );
    const states: Gauge<"state"> = new Gauge({
      name: "millrace_torrents",
      help: "Torrents by state",
      labelNames: ["state"],
      registers,
      collect: () => {
        states.reset();
        for (const [state, count] of Object.entries(session.statistics.totals().states)) states.set({ state }, count);
      },
    });
  }

  /**
   * Counts a request and its response. `route` is the path of the route with parameters in braces, not the requested
   * path, so that the number of different labels is small. `seconds` is the duration, for requests that are measured.
   */
  count(method: string, route: string, status: number, seconds: number | undefined): void {
    this.#requests.inc({ method, route, status: String(status) });
    if (seconds !== undefined) this.#seconds.observe({ route }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Resolves to all metrics in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#delay.disable();
  }

  #lag(): number {
    const p99 = this.#delay.percentile(99) / 1e9 - DELAY_RESOLUTION_MS / 1_000;
    this.#delay.reset();
    return Number.isFinite(p99) ? Math.max(0, p99) : 0;
  }
}
