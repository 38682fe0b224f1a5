import { AbortError, errorCode, NetworkError, toError } from "../../../base/index.ts";

const ERRORS: Readonly<Record<string, readonly [string, string]>> = {
  UND_ERR_CONNECT_TIMEOUT: ["http.timeout", "no connection in time"],
  UND_ERR_HEADERS_TIMEOUT: ["http.timeout", "no reply in time"],
  UND_ERR_BODY_TIMEOUT: ["http.timeout", "the reply stopped half way"],
  UND_ERR_HEADERS_OVERFLOW: ["http.malformed", "the head of the reply is too long"],
  UND_ERR_SOCKET: ["http.failed", "the connection was closed before the reply was complete"],
  UND_ERR_INVALID_ARG: ["http.malformed", "the URL cannot be requested"],
  ECONNREFUSED: ["http.refused", "connection refused"],
  ECONNRESET: ["http.failed", "connection reset"],
  EHOSTUNREACH: ["http.failed", "host unreachable"],
  ENETUNREACH: ["http.failed", "network unreachable"],
  ETIMEDOUT: ["http.timeout", "connection timed out"],
};

/** Returns the NetworkError (`http.*`) or AbortError that stands for an error of undici. `what` is the request. */
export function httpError(thrown: unknown, what: string): Error {
  if (thrown instanceof NetworkError || thrown instanceof AbortError) return thrown;
  const system = errorCode(thrown) ?? "";
  const [code, reason] =
    ERRORS[system] ??
    (system.startsWith("HPE_")
      ? (["http.malformed", "the reply is not HTTP"] as const)
      : /CERT|SSL|TLS|SIGNATURE/.test(system)
        ? (["http.tls", toError(thrown).message] as const)
        : (["http.failed", toError(thrown).message] as const));
  return new NetworkError(code, `${what}: ${reason}`, { cause: thrown });
}

/** Returns headers with names in lower case, and the values of a repeated one joined with commas. */
export function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) out[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  return out;
}
