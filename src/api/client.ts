import type { EventData, EventName } from "./events.ts";
import type { Problem } from "./problem.ts";
import type {
  ActionRequest,
  ActionResult,
  AddOptions,
  AddRequest,
  CreateRequest,
  CreateTask,
  Inspected,
  PatchRequest,
} from "./requests.ts";
import type { Added, Health, Identity, MagnetResponse, TorrentList } from "./responses.ts";
import type { DhtInfo, History, LogLine, LsdInfo, SessionInfo, Settings, Statistics } from "./session.ts";
import type {
  Priority,
  TorrentDetail,
  TorrentFile,
  TorrentPeer,
  TorrentPieces,
  TorrentRow,
  TorrentState,
  TorrentTracker,
} from "./torrent.ts";

/** The daemon's address and the token of the API user. */
export interface ApiOptions {
  /** The daemon's URL, such as `http://127.0.0.1:9080`. Not needed on a web page that the daemon itself serves. */
  readonly url?: string;
  /** The API token. Not needed on a web page that the daemon itself serves: the page logs in and gets a cookie. */
  readonly token?: string;
  readonly fetch?: typeof globalThis.fetch;
}

/** The torrents, and their fields, that {@link MillraceApi.list} requests. */
export interface ListOptions {
  readonly search?: string;
  readonly state?: TorrentState;
  readonly label?: string;
  readonly tracker?: string;
  readonly sort?: keyof TorrentRow;
  readonly order?: "asc" | "desc";
  readonly offset?: number;
  readonly limit?: number;
  /** The fields that each torrent in the list has; default: all. `id` is always included. */
  readonly fields?: readonly (keyof TorrentRow)[];
}

/** An event of the daemon with its name. */
export type ApiEvent = { [Name in EventName]: { readonly name: Name; readonly data: EventData<Name> } }[EventName];

/** Options of {@link MillraceApi.events}. */
export interface EventOptions {
  readonly signal?: AbortSignal;
  /**
   * Called with `true` when the stream opens, and with `false` when the connection is lost. The client reconnects by
   * itself.
   */
  readonly onState?: (isOpen: boolean) => void;
}

/** Thrown when the daemon refused a request, or could not be reached (`status` 0, `code` "network"). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
}

/** The time, in milliseconds, from the loss of the event stream to the next attempt to connect. */
const RETRY_MS = 1_000;

/**
 * A client of the daemon's HTTP API for browsers and Node. All methods reject with {@link ApiError}. Results have the
 * shape of the schemas in this folder; this class does not validate them. It has many public members, because each
 * route has a method.
 */
export class MillraceApi {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #fetch: typeof globalThis.fetch;
  #csrf: string | undefined;

  constructor({ url = "", token, fetch }: ApiOptions = {}) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
    // Browsers require `fetch` to be called without a receiver.
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  async login(token: string): Promise<Identity> {
    return this.#known(await this.#json<Identity>("POST", "/login", { token }));
  }
  /**
   * Returns how the caller is authenticated. A web page calls this first: the result has the `csrf` token that later
   * writes send.
   */
  async me(): Promise<Identity> {
    return this.#known(await this.#json<Identity>("GET", "/me"));
  }
  logout = (): Promise<void> => this.#done("POST", "/logout");

  list = (options: ListOptions = {}): Promise<TorrentList> => this.#json("GET", `/torrents${queryOf(options)}`);
  /** Adds a torrent by a magnet link or the URL of a torrent file. */
  add = (request: AddRequest): Promise<Added> => this.#json("POST", "/torrents", request);
  addFile = (file: Blob, options: AddOptions = {}): Promise<Added> =>
    this.#json("POST", "/torrents", formOf(file, options));
  inspect = (file: Blob): Promise<Inspected> => this.#json("POST", "/torrents/inspect", formOf(file));
  act = (request: ActionRequest): Promise<ActionResult> => this.#json("POST", "/torrents/actions", request);

  torrent = (id: string): Promise<TorrentDetail> => this.#json("GET", `/torrents/${id}`);
  patch = (id: string, request: PatchRequest): Promise<TorrentDetail> =>
    this.#json("PATCH", `/torrents/${id}`, request);
  remove = (id: string, deleteData = false): Promise<void> =>
    this.#done("DELETE", `/torrents/${id}?deleteData=${deleteData}`);
  files = (id: string): Promise<TorrentFile[]> => this.#json("GET", `/torrents/${id}/files`);
  /** Sets the priorities of files, by file index, and returns all files of the torrent. */
  setPriorities = (id: string, priorities: Readonly<Record<number, Priority>>): Promise<TorrentFile[]> =>
    this.#json("PATCH", `/torrents/${id}/files`, { priorities });
  peers = (id: string): Promise<TorrentPeer[]> => this.#json("GET", `/torrents/${id}/peers`);
  addPeers = (id: string, peers: readonly string[]): Promise<void> =>
    this.#done("POST", `/torrents/${id}/peers`, { peers });
  trackers = (id: string): Promise<TorrentTracker[]> => this.#json("GET", `/torrents/${id}/trackers`);
  setTrackers = (id: string, tiers: readonly (readonly string[])[]): Promise<TorrentTracker[]> =>
    this.#json("PUT", `/torrents/${id}/trackers`, { tiers });
  pieces = (id: string): Promise<TorrentPieces> => this.#json("GET", `/torrents/${id}/pieces`);
  torrentFile = async (id: string): Promise<Uint8Array> =>
    new Uint8Array(await (await this.#ask("GET", `/torrents/${id}/file`)).arrayBuffer());
  magnet = async (id: string): Promise<string> =>
    (await this.#json<MagnetResponse>("GET", `/torrents/${id}/magnet`)).magnet;

  session = (): Promise<SessionInfo> => this.#json("GET", "/session");
  settings = (): Promise<Settings> => this.#json("GET", "/settings");
  change = (settings: Partial<Settings>): Promise<Settings> => this.#json("PATCH", "/settings", settings);
  statistics = (): Promise<Statistics> => this.#json("GET", "/statistics");
  history = (): Promise<History> => this.#json("GET", "/statistics/history");
  dht = (): Promise<DhtInfo> => this.#json("GET", "/dht");
  lsd = (): Promise<LsdInfo> => this.#json("GET", "/lsd");
  log = (after = 0): Promise<LogLine[]> => this.#json("GET", `/log?after=${after}`);
  create = (request: CreateRequest): Promise<CreateTask> => this.#json("POST", "/create", request);
  tasks = (): Promise<CreateTask[]> => this.#json("GET", "/tasks");
  cancelTask = (id: string): Promise<void> => this.#done("DELETE", `/tasks/${encodeURIComponent(id)}`);

  health = (): Promise<Health> => this.#json("GET", "/../../healthz");
  /**
   * Returns the URL of a file's content, for `<video>` elements and links: the browser sends the cookie with the
   * request.
   */
  streamUrl = (id: string, file: Pick<TorrentFile, "index" | "path">, download = false): string =>
    `${this.#url}/stream/${id}/${file.index}/${encodeURIComponent(file.path.replace(/^.*\//, "").replaceAll("\\", "_"))}${download ? "?download=1" : ""}`;
  playlistUrl = (id: string): string => `${this.#url}/stream/${id}/playlist.m3u`;
  torrentFileUrl = (id: string): string => `${this.#url}/api/v1/torrents/${id}/file`;

  /**
   * Yields all events; the first is a `snapshot`. After a lost connection it reconnects and continues with the next
   * event. Ends when `signal` is aborted. Throws {@link ApiError} when the daemon refuses the stream (with status 401,
   * log in again).
   */
  async *events({ signal, onState }: EventOptions = {}): AsyncGenerator<ApiEvent, void, void> {
    const trusted: Trusted<ApiEvent> = JSON;
    let last = "";
    const isOver = (): boolean => signal?.aborted === true;
    while (!isOver()) {
      try {
        const response = await this.#ask(
          "GET",
          "/events",
          undefined,
          { accept: "text/event-stream", ...(last === "" ? {} : { "last-event-id": last }) },
          signal,
        );
        onState?.(true);
        const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
        try {
          const decoder = new TextDecoder();
          let text = "";
          for (let part = await reader.read(); !part.done; part = await reader.read()) {
            let from = Math.max(0, text.length - 1);
            text += decoder.decode(part.value, { stream: true });
            for (let end = text.indexOf("\n\n", from); end >= 0; end = text.indexOf("\n\n")) {
              const fields = fieldsOf(text.slice(0, end));
              text = text.slice(end + 2);
              last = fields["id"] ?? last;
              if (fields["event"] !== undefined)
                yield trusted.parse(`{"name":"${fields["event"]}","data":${fields["data"] ?? "null"}}`);
            }
          }
        } finally {
          await reader.cancel().catch(() => undefined);
        }
      } catch (error) {
        if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      }
      if (isOver()) return;
      onState?.(false);
      await pause(RETRY_MS, signal);
    }
  }

  #known(identity: Identity): Identity {
    this.#csrf = identity.csrf ?? undefined;
    return identity;
  }

  async #json<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const trusted: Trusted<Result> = JSON;
    return trusted.parse(await (await this.#ask(method, path, body)).text());
  }

  async #done(method: string, path: string, body?: unknown): Promise<void> {
    await this.#ask(method, path, body);
  }

  async #ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const isForm = body instanceof FormData;
    if (this.#token !== undefined) headers["authorization"] = `Bearer ${this.#token}`;
    if (this.#csrf !== undefined && method !== "GET") headers["x-csrf-token"] = this.#csrf;
    if (body !== undefined && !isForm) headers["content-type"] = "application/json";
    const content = body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) };
    const response = await this.#fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers,
      credentials: "same-origin",
      ...(signal === undefined ? {} : { signal }),
      ...content,
    }).catch((error: unknown) => {
      throw new ApiError(
        { type: "about:blank", title: "", status: 0, detail: "the daemon cannot be reached", code: "network" },
        { cause: error },
      );
    });
    if (response.ok) return response;
    const problem: unknown = await response.json().catch(() => undefined);
    throw new ApiError(
      isProblem(problem)
        ? problem
        : {
            type: "about:blank",
            title: response.statusText,
            status: response.status,
            detail: `the daemon responded with status ${response.status}`,
            code: "http",
          },
    );
  }
}

/** Parses JSON as a `Result` without validating it: the daemon's tests check its responses with the same schemas. */
interface Trusted<Result> {
  parse(text: string): Result;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}

function queryOf(options: ListOptions): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ""
    : `?${new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)]))).toString()}`;
}

function formOf(file: Blob, options?: AddOptions): FormData {
  const form = new FormData();
  form.set("file", file);
  if (options !== undefined) form.set("options", JSON.stringify(options));
  return form;
}

/** Parses the text of one server-sent event. Returns the values of its fields by field name. */
function fieldsOf(event: string): Record<string, string> {
  return Object.fromEntries(
    event.split("\n").map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
}

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted === true) end();
  });
}
