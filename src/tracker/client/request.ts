import type { HttpRequest, Runtime } from "../../runtime/index.ts";
import type { AnnounceFields } from "../codec/index.ts";

/** The services of the host that a request to a tracker needs. */
export type TrackerHost = Pick<Runtime, "clock" | "random" | "http" | "datagrams" | "net">;

/** Options for the connection to a tracker, the same for all requests. */
export interface ReachOptions {
  /** Further HTTP headers; they replace the default ones. UDP has none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The HTTP `User-Agent`. */
  readonly userAgent?: string | undefined;
  /** The local address to ask from; it also decides the IP family. */
  readonly localIp?: string | undefined;
  /**
   * Called with every address before it is contacted, also after redirects. Returns a reason to refuse
   * (`tracker.forbidden`), or `undefined`.
   */
  readonly check?: HttpRequest["check"] | undefined;
  /** Milliseconds in all. Default: HTTP 30 s (first byte 10 s), UDP 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds before the first UDP retransmission. Default 15 s (BEP 15). */
  readonly retransmitMs?: number | undefined;
}

/** An announce to a tracker. */
export interface AnnounceRequest extends AnnounceFields, ReachOptions {
  /** The tracker's URL: `http://…`, `https://…` or `udp://HOST:PORT`. */
  readonly url: string;
}
