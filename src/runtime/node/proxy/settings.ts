import { InputError } from "../../../base/index.ts";
import { MAX_LOGIN_BYTES } from "./limits.ts";

/** A proxy server: SOCKS5 (RFC 1928, 1929), or an HTTP proxy with the method CONNECT (RFC 9110). */
export interface ProxyServer {
  readonly kind: "socks5" | "http";
  /** The host name or IP address of the proxy. */
  readonly host: string;
  readonly port: number;
  /** The user name and password, if the proxy requires them. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

const DEFAULT_PORTS = { socks5: 1080, http: 8080 } as const;

/**
 * Parses the URL of a proxy, `socks5://[USER:PASSWORD@]HOST[:PORT]` or `http://…`. `socks5h` is accepted as another
 * spelling of `socks5`: the proxy resolves host names in either case. Default ports: 1080 and 8080. Throws InputError
 * `proxy.url`; its message does not contain the password.
 */
export function parseProxy(text: string): ProxyServer {
  const fail = (reason: string): InputError =>
    new InputError("proxy.url", `the proxy must be socks5://HOST:PORT or http://HOST:PORT: ${reason}`);
  // The URL parser knows ports and hosts for http only.
  const [, scheme = "", rest = ""] = /^([a-z0-9]+):\/\/(.*)$/is.exec(text.trim()) ?? [];
  const kind = KINDS.get(scheme.toLowerCase());
  if (kind === undefined) throw fail(scheme === "" ? "it has no scheme" : `the scheme ${scheme} is not supported`);
  if (!URL.canParse(`http://${rest}`)) throw fail("it is not a URL");
  const url = new URL(`http://${rest}`);
  if ((url.pathname !== "/" && url.pathname !== "") || url.search !== "" || url.hash !== "")
    throw fail("a path is not supported");
  // The parser drops port 80 as the default of its scheme.
  const port = url.port === "" ? (/:80\/?$/.test(rest) ? 80 : DEFAULT_PORTS[kind]) : Number(url.port);
  if (port === 0) throw fail("the port must not be 0");
  const [user, password] = [decode(url.username), decode(url.password)];
  if (user === undefined || password === undefined) throw fail("its user name or password is not valid");
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    login: user === "" ? undefined : { user, password },
  };
}

/** Returns the URL of a proxy with `***` in place of the password. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z0-9]+:\/\/[^/@:]*):.*@/is, "$1:***@");
}

const KINDS: ReadonlyMap<string, ProxyServer["kind"]> = new Map([
  ["socks5", "socks5"],
  ["socks5h", "socks5"],
  ["http", "http"],
]);

function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return Buffer.byteLength(decoded) > MAX_LOGIN_BYTES ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** Options of a runtime whose connections go through a proxy. */
export interface ProxyOptions {
  /** The URL of the proxy, see {@link parseProxy}. */
  readonly url: string;
  /**
   * Whether all traffic to other hosts goes through the proxy. What cannot, does not work: no connection is accepted,
   * nothing is sent to multicast groups, and UDP needs a SOCKS5 proxy that forwards it. With `false` (default), TCP
   * connections, HTTP requests and name look-ups use the proxy, and UDP does when the proxy forwards it.
   */
  readonly only?: boolean | undefined;
}
