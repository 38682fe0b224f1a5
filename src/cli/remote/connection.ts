import { ApiError, MillraceApi } from "../../api/index.ts";
import { errorCode, InputError, NetworkError } from "../../base/index.ts";
import type { Output } from "../output/output.ts";
import { CommandLineError } from "../output/problem.ts";
import type { CommonFlags, Session } from "../session.ts";

/** The URL of the daemon when the user gives none. */
const DEFAULT_URL = "http://127.0.0.1:9191";
/**
 * The maximum time, in milliseconds, until the response to a request that only reads. Other requests have no such
 * limit, because moving data, for example, may take longer.
 */
const READ_TIMEOUT_MS = 30_000;
/** The maximum length of a token file, in bytes: more than the longest token and the line break that editors add. */
const MAX_TOKEN_FILE = 4096;

/** Options that all actions of `millrace remote` have. */
export interface RemoteFlags extends CommonFlags {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** The context of one action of `millrace remote` on a daemon. */
export interface Remote<Flags extends RemoteFlags = RemoteFlags> {
  readonly api: MillraceApi;
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly output: Output;
  readonly session: Session<Flags>;
  /** Returns the error with advice for the user, if there is any. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * Calls `work` with an API client for the daemon that the flags and environment variables select. Rejects with errors
 * that contain advice for the user.
 */
export async function withDaemon<Flags extends RemoteFlags>(
  session: Session<Flags>,
  work: (remote: Remote<Flags>) => Promise<number>,
): Promise<number> {
  const { args, flags, output } = session;
  const url = daemonUrl(flags.url, process.env["MILLRACE_URL"]);
  const token = await readToken(session);
  const api = new MillraceApi({
    url,
    ...(token === undefined ? {} : { token: token.value }),
    fetch: withTimeout(flags.verbose === true ? loggingFetch(output) : fetch),
  });
  const explain = (error: unknown): unknown => explained(error, url, token?.from);
  try {
    return await work({ api, args, flags, output, session, explain });
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Returns the URL of the daemon from the flag, from the environment variable when there is no flag, or the default.
 * `HOST:PORT` is accepted as a URL. Throws {@link CommandLineError}.
 */
export function daemonUrl(flag: string | undefined, environment: string | undefined): string {
  const [what, text] =
    flag !== undefined
      ? ["--url", flag]
      : ["MILLRACE_URL", environment === undefined || environment === "" ? DEFAULT_URL : environment];
  const full = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  // A wrong address may hold a password: it is not repeated.
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new CommandLineError(`${what}: not an address of a daemon; write ${DEFAULT_URL}`);
  if (url.username !== "" || url.password !== "")
    throw new CommandLineError(
      `${what}: the address must not contain the token; set MILLRACE_TOKEN, or use --token-file FILE`,
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

interface Token {
  readonly value: string;
  /** The name of the option or variable that contains the value, for error messages. */
  readonly from: string;
}

async function readToken(session: Session<RemoteFlags>): Promise<Token | undefined> {
  const path = session.flags.tokenFile;
  const from = path ?? "MILLRACE_TOKEN";
  const text =
    path === undefined
      ? process.env["MILLRACE_TOKEN"]
      : Buffer.from(
          await (await session.runtime()).files.readAll(path, MAX_TOKEN_FILE, { mayBePipe: true }),
        ).toString();
  const value = (text ?? "").trim();
  if (value === "" && path === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new InputError("remote.token", `${from} has no token: a token is one word of letters, digits and signs`);
  return { value, from };
}

/** Returns the `fetch` function for `--verbose`, which prints each request with its status and duration. */
function loggingFetch(output: Output): typeof globalThis.fetch {
  return async (input, init) => {
    const start = performance.now();
    const address = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    const print = (result: string): void =>
      output.note(
        output.noteStyle.dim(
          `${init?.method ?? "GET"} ${address}: ${result} after ${((performance.now() - start) / 1000).toFixed(3)} s`,
        ),
      );
    try {
      const response = await fetch(input, init);
      print(String(response.status));
      return response;
    } catch (error) {
      print("no response");
      throw error;
    }
  };
}

/**
 * Returns a `fetch` function whose GET requests reject with an error of code `ETIMEDOUT` when the response does not
 * begin in time. The time for reading the body is not limited, because `watch` reads a body that does not end.
 */
export function withTimeout(inner: typeof globalThis.fetch, timeoutMs = READ_TIMEOUT_MS): typeof globalThis.fetch {
  return async (input, init) => {
    if ((init?.method ?? "GET") !== "GET") return inner(input, init);
    const controller = new AbortController();
    const late = Object.assign(new Error(`no response in ${timeoutMs} ms`), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => controller.abort(late), timeoutMs);
    const given = init?.signal ?? undefined;
    const signal = given === undefined ? controller.signal : AbortSignal.any([given, controller.signal]);
    try {
      return await inner(input, { ...init, signal });
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * Adds advice for the user to an error of the API; returns other errors unchanged. `tokenFrom` is the option or
 * variable that contains the token, `undefined` without a token.
 */
export function explained(error: unknown, url: string, tokenFrom: string | undefined): unknown {
  // A response that is not JSON does not come from a daemon.
  if (error instanceof SyntaxError)
    return new NetworkError(
      "remote.no-daemon",
      `the server at ${url} is not a Millrace daemon: its response is not JSON; check --url`,
      { cause: error },
    );
  if (!(error instanceof ApiError)) return error;
  const { code, problem, status } = error;
  if (status === 0) {
    const reason = systemCode(error);
    return new NetworkError(
      "remote.unreachable",
      `no daemon responds at ${url}${reason === undefined ? "" : ` (${reason})`}; \`millrace daemon\` starts a daemon, --url selects another URL`,
      { cause: error },
    );
  }
  // A daemon has all paths of the API: without one, the base address is wrong.
  if (code === "http" || code === "http.not-found")
    return new NetworkError(
      "remote.no-daemon",
      `${problem.detail}: the server at ${url} is not a Millrace daemon, or the path is wrong; check --url`,
      { cause: error },
    );
  if (status === 401) {
    const message =
      tokenFrom === undefined
        ? `the daemon at ${url} requires a token: set MILLRACE_TOKEN, or use --token-file FILE`
        : `the daemon at ${url} refuses the token of ${tokenFrom}; it printed the right one at its first start (for a lost token see docs/daemon.md)`;
    return new InputError(code, message, { cause: error });
  }
  const more = (problem.issues ?? [])
    .filter(({ message }) => !problem.detail.includes(message))
    .map(({ path, message }) => `; ${path === "" ? "" : `${path}: `}${message}`);
  return more.length === 0 ? error : new InputError(code, `${problem.detail}${more.join("")}`, { cause: error });
}

/**
 * Returns the code of the system error in a chain of causes, such as `ECONNREFUSED`; `undefined` if there is none.
 */
function systemCode(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = errorCode(at);
    if (code !== undefined && /^[A-Z_]+$/.test(code)) return code;
  }
  return undefined;
}
