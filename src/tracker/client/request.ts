import type { HttpRequest, Runtime } from "../../runtime/index.ts";
import type { AnnounceFields } from "../codec/index.ts";

/** The services of the runtime that a request to a tracker uses. */
export type TrackerHost = Pick<Runtime, "clock" | "random" | "http" | "datagrams" | "net">;

/** Options for the connection to a tracker, the same for all requests. */
export interface ReachOptions {
  /** Additional HTTP headers; they replace default ones of the same name. Unused over UDP. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The HTTP `User-Agent`. */
  readonly userAgent?: string | undefined;
  /** The local IP address to send from. Only its IP family is then used. */
  readonly localIp?: string | undefined;
  /**
   * Called with every IP address before a connection to it, also after redirects. Returns the reason for a refusal (the
   * request rejects with `tracker.forbidden`), or `undefined` to allow it.
   */
  readonly check?: HttpRequest["check"] | undefined;
  /** The maximum time for the whole request, in milliseconds. Default: HTTP 30 s (first byte 10 s), UDP 60 s. */
  readonly timeoutMs?: number | undefined;
  /** The time, in milliseconds, before the first UDP retransmission. Default 15 s (BEP 15). */
  readonly retransmitMs?: number | undefined;
}

/** The fields of an announce, the tracker's URL, and the options of the connection. */
export interface AnnounceRequest extends AnnounceFields, ReachOptions {
  /** The tracker's URL: `http://…`, `https://…` or `udp://HOST:PORT`. */
  readonly url: string;
}
