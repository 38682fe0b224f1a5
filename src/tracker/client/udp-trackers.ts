import type { Endpoint, InfoHash, IpFamily } from "../../base/index.ts";
import {
  AbortError,
  cleanText,
  ipFamily,
  NetworkError,
  throwIfAborted,
  toError,
  TrackerError,
} from "../../base/index.ts";
import type { DatagramSocket } from "../../runtime/index.ts";
import type { UdpPort } from "../../transport/index.ts";
import type { AnnounceReply, ScrapeEntry } from "../codec/index.ts";
import {
  decodeUdpAnnounce,
  decodeUdpScrape,
  encodeUdpAnnounce,
  encodeUdpScrape,
  parseUdpUrl,
  readUdpHeader,
  UdpAction,
} from "../codec/index.ts";
import { MAX_UDP_SCRAPE_HASHES, UDP_RETRANSMIT_MS, UDP_TIMEOUT_MS } from "../limits.ts";
import { ConnectionIdCache } from "./connection-ids.ts";
import { bothFamilies, mergeReplies } from "./families.ts";
import { toTrackerError } from "./http.ts";
import type { AnnounceRequest, ReachOptions, TrackerHost } from "./request.ts";
import { UdpExchange } from "./udp-exchange.ts";

/** A request before its connection id and transaction id are known. */
interface Question<T> {
  readonly action: typeof UdpAction.announce | typeof UdpAction.scrape;
  readonly build: (connectionId: Uint8Array, transactionId: number) => Uint8Array;
  readonly read: (datagram: Uint8Array, family: IpFamily) => T;
}

type Send = (datagram: Uint8Array, to: Endpoint) => void;
type Targets = readonly [Endpoint, ...Endpoint[]];

/**
 * The UDP part of the tracker client (BEP 15, 41). One socket for each IP family (and local address) serves all
 * trackers and torrents. It keeps connection ids for a minute, and matches replies by transaction id and sender
 * address. Sockets are opened when first needed. Share one object among all sessions of a client; {@link
 * UdpTrackers.close} ends all running requests.
 *
 * With a {@link UdpPort}, requests are sent from its sockets, and this object receives the replies to them from the
 * port. A request with a local address uses a socket of its own.
 */
export class UdpTrackers {
  readonly #host: TrackerHost;
  readonly #ids: ConnectionIdCache;
  readonly #sockets = new Map<string, Promise<DatagramSocket>>();
  readonly #exchanges = new Map<number, UdpExchange>();
  readonly #port: UdpPort | undefined;
  readonly #giveUpClaim: (() => void) | undefined;
  #closed = false;

  /**
   * @param port The port whose sockets are used; it belongs to the caller and stays open. Without it the object opens
   * sockets of its own, each at any port.
   */
  constructor(host: TrackerHost, port?: UdpPort) {
    this.#host = host;
    this.#ids = new ConnectionIdCache(host.clock);
    this.#port = port;
    this.#giveUpClaim = port?.claim(
      (datagram, from) => this.#exchangeOf(datagram, from) !== undefined,
      (datagram, from) => this.#onDatagram(datagram, from),
    );
  }

  /**
   * Announces once, over IPv4 and IPv6 when the tracker has addresses of both (BEP 7), and merges the replies. Rejects
   * with the errors of `announce`.
   */
  async announce(request: AnnounceRequest, signal?: AbortSignal): Promise<AnnounceReply> {
    const question = (urlData: string): Question<AnnounceReply> => ({
      action: UdpAction.announce,
      build: (connectionId, transactionId) => encodeUdpAnnounce(connectionId, transactionId, request, urlData),
      read: decodeUdpAnnounce,
    });
    const ask = (targets: Targets, urlData: string, inner: AbortSignal): Promise<AnnounceReply> =>
      this.#exchange(targets, question(urlData), request, inner);
    return this.#reach(request.url, request, signal, async ({ targets, urlData }, inner) =>
      mergeReplies(
        await bothFamilies(
          this.#host.clock,
          targets,
          (family, familySignal) => ask(family, urlData, familySignal),
          inner,
        ),
      ),
    );
  }

  /**
   * Scrapes 1 to 74 torrents; resolves to their counts in the order of the request. Rejects with the errors of
   * `scrape`.
   */
  async scrape(
    url: string,
    infoHashes: readonly InfoHash[],
    reach: ReachOptions = {},
    signal?: AbortSignal,
  ): Promise<(ScrapeEntry | undefined)[]> {
    if (infoHashes.length === 0 || infoHashes.length > MAX_UDP_SCRAPE_HASHES) {
      throw new TrackerError(
        "tracker.scrape-count",
        `one UDP scrape can request 1 to ${MAX_UDP_SCRAPE_HASHES} torrents, not ${infoHashes.length}`,
      );
    }
    const question: Question<(ScrapeEntry | undefined)[]> = {
      action: UdpAction.scrape,
      build: (connectionId, transactionId) => encodeUdpScrape(connectionId, transactionId, infoHashes),
      read: (datagram) => decodeUdpScrape(datagram, infoHashes.length),
    };
    return this.#reach(url, reach, signal, async ({ targets }, inner) => {
      const replies = await bothFamilies(
        this.#host.clock,
        targets,
        (family, familySignal) => this.#exchange(family, question, reach, familySignal),
        inner,
        0,
      );
      return replies[0];
    });
  }

  /** Ends all requests with AbortError and closes the sockets that this object opened. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUpClaim?.();
    // `cancel` removes entries from this Map, which is allowed during iteration.
    for (const exchange of this.#exchanges.values()) exchange.cancel(new AbortError("the tracker client was closed"));
    const opening = [...this.#sockets.values()];
    this.#sockets.clear();
    for (const socket of await Promise.allSettled(opening))
      if (socket.status === "fulfilled") await socket.value.close();
  }

  async #reach<T>(
    url: string,
    reach: ReachOptions,
    signal: AbortSignal | undefined,
    run: (
      where: { readonly targets: readonly Targets[]; readonly urlData: string },
      signal: AbortSignal | undefined,
    ) => Promise<T>,
  ): Promise<T> {
    try {
      throwIfAborted(signal);
      const { host, port, urlData } = parseUdpUrl(url);
      const ips = await this.#host.net.resolve(host, signal, { isForDatagrams: true });
      const refusal = reach.check?.(new URL(url), ips);
      if (refusal !== undefined) throw new NetworkError("net.forbidden", refusal);
      return await run({ targets: byFamily(ips, port, reach.localIp), urlData }, signal);
    } catch (error) {
      throw toTrackerError(error, url);
    }
  }

  async #exchange<T>(targets: Targets, question: Question<T>, reach: ReachOptions, signal: AbortSignal): Promise<T> {
    const family = ipFamily(targets[0].ip);
    const send = await this.#sender(family, reach.localIp);
    throwIfAborted(signal);
    if (this.#closed) throw new AbortError("the tracker client was closed");
    const transactionId = this.#freshTransactionId();
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => exchange.cancel(new AbortError("the announce was aborted", { cause: signal.reason }));
      const exchange = new UdpExchange({
        clock: this.#host.clock,
        ids: this.#ids,
        targets,
        transactionId,
        action: question.action,
        build: (connectionId) => question.build(connectionId, transactionId),
        send,
        retransmitMs: reach.retransmitMs ?? UDP_RETRANSMIT_MS,
        timeoutMs: reach.timeoutMs ?? UDP_TIMEOUT_MS,
        onEnd: (result) => {
          signal.removeEventListener("abort", onAbort);
          this.#exchanges.delete(transactionId);
          if (result instanceof Error) {
            reject(result);
            return;
          }
          try {
            resolve(question.read(result, family));
          } catch (error) {
            reject(toError(error));
          }
        },
      });
      signal.addEventListener("abort", onAbort, { once: true });
      this.#exchanges.set(transactionId, exchange);
      exchange.start();
    });
  }

  #freshTransactionId(): number {
    let id = this.#host.random.below(2 ** 32);
    while (this.#exchanges.has(id)) id = this.#host.random.below(2 ** 32);
    return id;
  }

  /** Resolves to a function that sends datagrams from an open socket of this IP family. */
  async #sender(family: IpFamily, localIp: string | undefined): Promise<Send> {
    const port = this.#port;
    if (port === undefined || localIp !== undefined) {
      const socket = await this.#socket(localIp ?? (family === 4 ? "0.0.0.0" : "::"));
      return (datagram, to) => socket.send(datagram, to);
    }
    if (this.#closed) throw new AbortError("the tracker client was closed");
    await port.open(family);
    return (datagram, to) => port.send(to, datagram);
  }

  #socket(ip: string): Promise<DatagramSocket> {
    if (this.#closed) return Promise.reject(new AbortError("the tracker client was closed"));
    const open = this.#sockets.get(ip);
    if (open !== undefined) return open;
    const opening = this.#host.datagrams.bind({
      ip,
      port: 0,
      onDatagram: (bytes, from) => this.#onDatagram(bytes, from),
    });
    this.#sockets.set(ip, opening);
    // The host may get this IP family later, so a failure to open the socket is not remembered.
    opening.catch(() => this.#sockets.delete(ip));
    return opening;
  }

  /** Returns the exchange to which a datagram is the reply, by action, transaction id and sender address. */
  #exchangeOf(datagram: Uint8Array, from: Endpoint): UdpExchange | undefined {
    const header = readUdpHeader(datagram);
    if (header === undefined || header.action > UdpAction.error) return undefined;
    const exchange = this.#exchanges.get(header.transactionId);
    return exchange?.isFrom(from) === true ? exchange : undefined;
  }

  #onDatagram(datagram: Uint8Array, from: Endpoint): void {
    this.#exchangeOf(datagram, from)?.onReply(datagram, from);
  }
}

/**
 * Returns the endpoints for `ips`, one list for each IP family, in the resolver's order. With `localIp`, only its
 * family.
 */
function byFamily(ips: readonly string[], port: number, localIp: string | undefined): readonly Targets[] {
  const wanted = localIp === undefined ? undefined : ipFamily(localIp);
  const lists: Targets[] = [];
  for (const family of [4, 6] as const) {
    const [first, ...rest] = ips
      .filter((ip) => ipFamily(ip) === family && (wanted ?? family) === family)
      .map((ip) => ({ ip, port }));
    if (first !== undefined) lists.push([first, ...rest]);
  }
  if (lists.length === 0)
    throw new TrackerError(
      "tracker.unknown-host",
      `no usable address${localIp === undefined ? "" : ` from ${cleanText(localIp)}`}`,
    );
  return lists;
}
