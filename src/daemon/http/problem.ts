import { STATUS_CODES } from "node:http";
import type { Problem } from "../../api/index.ts";
import {
  AbortError,
  InputError,
  MillraceError,
  NetworkError,
  StorageError,
  TrackerError,
  UsageError,
} from "../../base/index.ts";

/** Options of {@link HttpError}. */
export interface HttpErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly issues?: Problem["issues"];
}

/** Thrown to refuse a request with an HTTP status. Codes: `http.*` and `auth.*`. */
export class HttpError extends MillraceError {
  override readonly name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues: Problem["issues"];

  constructor(status: number, code: string, message: string, options: HttpErrorOptions = {}) {
    super(code, message);
    this.status = status;
    this.headers = options.headers ?? {};
    this.issues = options.issues;
  }
}

/** Media type of an error response (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** The HTTP statuses of single error codes. Other codes have the status of their prefix (`torrent.`, `storage.`). */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  "session.not-found": 404,
  "session.link": 403,
  "session.not-active": 409,
  "session.closed": 503,
  "client.duplicate": 409,
  "client.path-in-use": 409,
  "client.path-shared": 409,
  "client.closed": 503,
  "storage.full": 507,
  "http.forbidden": 422,
};

function statusOf(error: MillraceError): number {
  if (error instanceof HttpError) return error.status;
  const byCode = STATUS_BY_CODE[error.code];
  if (byCode !== undefined) return byCode;
  if (error.code.endsWith(".not-found")) return 404;
  if (error instanceof InputError || error instanceof UsageError) return 422;
  if (error instanceof NetworkError || error instanceof TrackerError) return 502;
  if (error instanceof AbortError) return 503;
  if (error instanceof StorageError) return 500;
  return 500;
}

/**
 * Converts any error to a problem, the JSON of an error response (RFC 9457). For an unexpected error the problem has no
 * details; they are logged.
 */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof MillraceError) || thrown.code === "internal") {
    return {
      type: "urn:millrace:internal",
      title: titleOf(500),
      status: 500,
      detail: "The daemon failed; the reason is in its log.",
      code: "internal",
    };
  }
  const status = statusOf(thrown);
  const issues = thrown instanceof HttpError ? thrown.issues : undefined;
  return {
    type: `urn:millrace:${thrown.code}`,
    title: titleOf(status),
    status,
    detail: thrown.message,
    code: thrown.code,
    ...(issues === undefined ? {} : { issues }),
  };
}

/**
 * Returns the HttpError for an error code, with the status that belongs to the code. Used for failures in a list of
 * results.
 */
export function failureOf(code: string, message: string): HttpError {
  return new HttpError(
    STATUS_BY_CODE[code] ?? (code.startsWith("storage.") || code === "internal" ? 500 : 422),
    code,
    message,
  );
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}

/** Returns the additional headers of the response to an error. */
export function problemHeaders(thrown: unknown): Record<string, string> {
  return {
    "content-type": PROBLEM_TYPE,
    "cache-control": "no-store",
    ...(thrown instanceof HttpError ? thrown.headers : {}),
  };
}

/** Returns the error response for any error. */
export function problemResponse(thrown: unknown): Response {
  const problem = problemOf(thrown);
  return new Response(JSON.stringify(problem), { status: problem.status, headers: problemHeaders(thrown) });
}
