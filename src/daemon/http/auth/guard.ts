import { HttpError } from "../problem.ts";
import { MAX_TARGET_LENGTH } from "../limits.ts";

/**
 * The parts of a request that the guard checks before any route. The guard protects the daemon from pages of other
 * sites that make a browser send requests to it. A wrong Host header shows that the name of another site resolves to
 * this machine (DNS rebinding); Origin and Sec-Fetch-Site show that a page of another site sent the request.
 */
export interface GuardedRequest {
  readonly method: string;
  /** The target of the request line (path and query), as the client sent it. */
  readonly target: string;
  /** The names and values of the headers, alternating: name, value, name, value. Repeated headers are repeated here. */
  readonly rawHeaders: readonly string[];
  /** The local IP address of the connection. */
  readonly localAddress: string;
  readonly localPort: number;
}

/** Options of {@link guard}. */
export interface GuardOptions {
  /**
   * The names that are accepted in the Host header. `box.lan` accepts this name without a port or with the daemon's
   * port; `torrents.example.org:8443` accepts this name with this port only.
   */
  readonly allowedHosts: readonly string[];
  /** The address that the server listens on. */
  readonly host: string;
  /** Returns whether a path belongs to the web page. Such a path may be opened by a link on another site. */
  readonly isPage: (path: string) => boolean;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const NAME = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,253}))(?::(\d{1,5}))?$/;
const HIDDEN = /%(?:00|2f|5c|0a|0d)|[\\\0]|%(?![0-9a-f]{2})/i;

/**
 * Checks a request. Throws {@link HttpError} when it is refused: 400 `http.target`, `http.host`; 403 `http.host`,
 * `http.origin`, `http.cross-site`; 405 `http.method`; 414.
 */
export function guard(request: GuardedRequest, options: GuardOptions): void {
  checkTarget(request);
  const { host, isNamed } = checkHost(request, options);
  checkOrigin(request, options, host, isNamed);
  if (!METHODS.has(request.method))
    throw new HttpError(405, "http.method", `the method ${request.method} is not supported`, {
      headers: { allow: "GET, HEAD" },
    });
}

function all(request: GuardedRequest, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === name) values.push(request.rawHeaders[at + 1] ?? "");
  }
  return values;
}

/**
 * Checks the path in the form in which the client sent it. Throws for a form that another program, such as a proxy,
 * could read as a different path.
 */
function checkTarget(request: GuardedRequest): void {
  const { target } = request;
  if (target.length > MAX_TARGET_LENGTH) throw new HttpError(414, "http.target", "the address is too long");
  const path = target.split("?", 1)[0] ?? "";
  const isPlain = path.startsWith("/") && !path.includes("//") && !path.includes("#") && !HIDDEN.test(path);
  const parts = path.split("/").map((part) => part.replaceAll(/%2e/gi, "."));
  if (!isPlain || parts.some((part) => part === "." || part === ".."))
    throw new HttpError(400, "http.target", "the request's target is not an address of this daemon");
}

function checkHost(request: GuardedRequest, options: GuardOptions): { host: string; isNamed: boolean } {
  const hosts = all(request, "host");
  const host = hosts[0]?.toLowerCase() ?? "";
  const match = NAME.exec(host);
  if (hosts.length !== 1 || match === null)
    throw new HttpError(400, "http.host", "the request needs exactly one Host header");
  const port = match[1];
  const name = port === undefined ? host : host.slice(0, -port.length - 1);
  const isOurPort = port === undefined || Number(port) === request.localPort;
  const isOwn =
    isOurPort &&
    (["localhost", "127.0.0.1", "[::1]"].includes(name) ||
      isAddress(name, options.host) ||
      isAddress(name, request.localAddress));
  const isNamed = options.allowedHosts.some((allowed) => {
    const known = allowed.toLowerCase();
    return known === host || (isOurPort && (known === name || isAddress(name, known)));
  });
  if (!isOwn && !isNamed)
    throw new HttpError(
      403,
      "http.host",
      `the daemon does not accept the host ${host}; add it to allowed-hosts in the configuration`,
    );
  return { host, isNamed };
}

/** Whether the name in a Host header is this IP address, in any of its spellings. */
function isAddress(name: string, address: string): boolean {
  const plain = address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, "")
    .replace(/%.*$/, "");
  if (plain === "" || plain === "0.0.0.0" || plain === "::") return false;
  return name === plain || name === `[${plain}]` || canonical(name) === canonical(`[${plain}]`);
}

/** Returns the canonical form of an IPv6 address. */
function canonical(literal: string): string {
  return URL.canParse(`http://${literal}/`) ? new URL(`http://${literal}/`).hostname : literal;
}

function checkOrigin(request: GuardedRequest, options: GuardOptions, host: string, isNamed: boolean): void {
  const origins = all(request, "origin");
  // A configured name may be that of a proxy with TLS; the daemon's own addresses have none.
  const same = isNamed ? [`http://${host}`, `https://${host}`] : [`http://${host}`];
  if (origins.length > 1 || (origins[0] !== undefined && !same.includes(origins[0].toLowerCase()))) {
    throw new HttpError(403, "http.origin", "the request comes from a page of another site");
  }
  const sites = all(request, "sec-fetch-site");
  if (sites.every((site) => site === "same-origin" || site === "none")) return;
  // A link on another site may lead to the page: the request has no cookie, reveals nothing and changes nothing.
  const path = request.target.split("?", 1)[0] ?? "";
  const isVisit =
    request.method === "GET" &&
    options.isPage(path) &&
    all(request, "sec-fetch-mode").join() === "navigate" &&
    all(request, "sec-fetch-dest").join() === "document";
  if (!isVisit) throw new HttpError(403, "http.cross-site", "the request comes from a page of another site");
}
