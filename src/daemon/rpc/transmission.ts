import { randomBytes } from "node:crypto";
import { errorMessage, MillraceError } from "../../base/index.ts";
import type { Session } from "../session/session.ts";
import { Arguments } from "./arguments.ts";
import { TorrentNumbers } from "./ids.ts";
import { camel, isObject, kebab, respell, snake, type Json, type JsonObject } from "./names.ts";
import { sessionMethods } from "./session-methods.ts";
import { TORRENT_METHODS, type Method, type RpcContext } from "./torrent-methods.ts";

/** Options of {@link TransmissionRpc}. */
export interface TransmissionOptions {
  readonly session: Session;
  readonly version: string;
  readonly stateDir: string;
  readonly onShutdown: () => void;
}

/** The maximum number of calls in one JSON-RPC request (batch). */
const MAX_BATCH = 100;

/**
 * The header with the session id. It protects against requests from pages of other sites, because such a page cannot
 * set it.
 */
const SESSION_HEADER = "x-transmission-session-id";

/**
 * The time, in milliseconds, after which a new session id is issued. The previous id then stays valid for the same
 * time.
 */
const SESSION_ID_MS = 3_600_000;

/**
 * The Transmission RPC in both forms: the older one (`{method, arguments, tag}`), and JSON-RPC 2.0, which
 * Transmission supports from version 4.1. The HTTP server has already authenticated the caller.
 */
export class TransmissionRpc {
  readonly #session: Session;
  readonly #numbers: TorrentNumbers;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #ids: { current: string; last: string; since: number };

  constructor(options: TransmissionOptions) {
    this.#session = options.session;
    this.#numbers = new TorrentNumbers(options.session, () => Date.now());
    const id = newId();
    this.#ids = { current: id, last: id, since: Date.now() };
    this.#methods = new Map(
      Object.entries({
        ...TORRENT_METHODS,
        ...sessionMethods({
          version: options.version,
          sessionId: id,
          stateDir: options.stateDir,
          onShutdown: options.onShutdown,
        }),
      }),
    );
  }

  close(): void {
    this.#numbers.close();
  }

  /**
   * Handles an authenticated request. When its session id is missing or invalid, responds with status 409 and the valid
   * session id.
   */
  async handle(request: Request): Promise<Response> {
    const id = this.#currentId();
    const given = request.headers.get(SESSION_HEADER);
    if (given !== id && given !== this.#ids.last) {
      return new Response(`409: Conflict\nRepeat the request with the header X-Transmission-Session-Id: ${id}\n`, {
        status: 409,
        headers: { "X-Transmission-Session-Id": id, "Content-Type": "text/plain; charset=utf-8" },
      });
    }
    const response = await this.respond(await request.text());
    const headers = {
      "Content-Type": "application/json; charset=utf-8",
      "X-Transmission-Session-Id": id,
      "Cache-Control": "no-store",
    };
    return response === undefined
      ? new Response(null, { status: 204, headers })
      : new Response(JSON.stringify(response), { status: 200, headers });
  }

  /**
   * Resolves to the response to the body of one request; to `undefined` for a notification, which has no response.
   */
  async respond(text: string): Promise<Json | undefined> {
    let call: unknown;
    try {
      call = JSON.parse(text);
    } catch {
      return { result: "the method name is missing", arguments: {} };
    }
    if (!Array.isArray(call))
      return isObject(call) && "jsonrpc" in call ? this.#callJsonRpc(call) : this.#callOld(call);
    if (call.length === 0 || call.length > MAX_BATCH) return failure(null, -32_600, "Invalid Request");
    const responses: Json[] = [];
    for (const one of call as readonly unknown[]) {
      const response = await this.#callJsonRpc(one);
      if (response !== undefined) responses.push(response);
    }
    return responses.length === 0 ? undefined : responses;
  }

  async #callOld(call: unknown): Promise<Json> {
    const tag = isObject(call) && typeof call["tag"] === "number" ? { tag: call["tag"] } : {};
    const name = isObject(call) ? call["method"] : undefined;
    const method = typeof name === "string" ? this.#methods.get(snake(name)) : undefined;
    if (method === undefined || typeof name !== "string")
      return { result: "method name not recognized", arguments: {}, ...tag };
    // Fields of torrents have capitals, those of the session hyphens; a field that was requested by name has that
    // spelling.
    const context = this.#context((requested, value) => [
      requested,
      respell(value, requested.includes("_") ? (word) => word : camel),
    ]);
    try {
      const result = await method(context, new Arguments(isObject(call) ? call["arguments"] : undefined));
      const spell =
        snake(name) === "session_stats"
          ? (word: string): string => (word.endsWith("_stats") ? kebab(word) : camel(word))
          : kebab;
      return { result: "success", arguments: snake(name) === "torrent_get" ? result : spellOld(result, spell), ...tag };
    } catch (error) {
      return { result: errorMessage(error), arguments: {}, ...tag };
    }
  }

  async #callJsonRpc(call: unknown): Promise<Json | undefined> {
    if (!isObject(call) || call["jsonrpc"] !== "2.0" || typeof call["method"] !== "string")
      return failure(null, -32_600, "Invalid Request");
    const { id, params } = call;
    const isNotification = !("id" in call);
    const callId = typeof id === "string" || typeof id === "number" ? id : null;
    const method = this.#methods.get(call["method"]);
    if (method === undefined) return isNotification ? undefined : failure(callId, -32_601, "Method not found");
    if (params !== undefined && !isObject(params))
      return isNotification ? undefined : failure(callId, -32_602, "Invalid params");
    try {
      const result = await method(
        this.#context((requested, value) => [requested, value]),
        new Arguments(params),
      );
      return isNotification ? undefined : { jsonrpc: "2.0", result, id: callId };
    } catch (error) {
      return isNotification
        ? undefined
        : failure(
            callId,
            error instanceof MillraceError && error.code === "rpc.argument" ? -32_602 : 1,
            errorMessage(error),
          );
    }
  }

  #context(spellField: RpcContext["spellField"]): RpcContext {
    return { session: this.#session, numbers: this.#numbers, spellField };
  }

  #currentId(): string {
    if (Date.now() - this.#ids.since > SESSION_ID_MS) {
      this.#ids.last = this.#ids.current;
      this.#ids.current = newId();
      this.#ids.since = Date.now();
    }
    return this.#ids.current;
  }
}

/**
 * Returns a result with names in the spelling of earlier versions. Inside `torrent_added` and `torrent_duplicate` this
 * is the spelling for torrents.
 */
function spellOld(result: JsonObject, spell: (word: string) => string): Json {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => [
      spell(name),
      respell(value, name === "torrent_added" || name === "torrent_duplicate" ? camel : spell),
    ]),
  );
}

function failure(id: string | number | null, code: number, message: string): Json {
  return { jsonrpc: "2.0", error: { code, message, data: { error_string: message } }, id };
}

function newId(): string {
  return randomBytes(36).toString("base64url");
}
