import { NetworkError } from "../../../base/index.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** The headers that are not sent when a redirect leads to another origin. */
const PRIVATE_HEADERS = new Set(["authorization", "cookie", "proxy-authorization"]);

/**
 * Returns the URL to which a reply redirects; `undefined` when it does not. Throws NetworkError `http.malformed`, and
 * `http.forbidden` for another scheme than http and https.
 */
export function redirectTarget(
  status: number,
  headers: Readonly<Record<string, string>>,
  url: URL,
  what: string,
): URL | undefined {
  const { location } = headers;
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  if (!URL.canParse(location, url.href))
    throw new NetworkError("http.malformed", `${what}: redirected to an invalid URL`);
  const next = new URL(location, url);
  if (next.protocol === "http:" || next.protocol === "https:") return next;
  throw new NetworkError(
    "http.forbidden",
    `${what}: redirected to a URL of the scheme ${next.protocol}; only http and https are supported`,
    { fields: { location } },
  );
}

/** Returns the headers of a request that follows a redirect from `from` to `next`. */
export function headersFor(
  next: URL,
  from: URL,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (next.origin === from.origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !PRIVATE_HEADERS.has(name.toLowerCase())));
}
