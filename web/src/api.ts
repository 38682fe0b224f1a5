import type {
  ActionRequest, ActionResult, AddOptions, AddRequest, CreateRequest, CreateTask, History, Inspected, LogLine, PatchRequest, Priority, Problem,
  SessionInfo, Settings, Statistics, TorrentDetail, TorrentFile, TorrentPeer, TorrentPieces, TorrentTracker,
} from "../../src/api/index.ts";
import { texts } from "./texts.ts";

/** The daemon said no, or was not there (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const ROOT = "/api/v1/";
let csrf = "";
let onSignedOut = (): void => undefined;

/** What happens when the daemon no longer knows this browser. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Page and daemon are built from the same schemas and shipped together: an answer of success has the form that the route has. */
export function hasForm<Form>(value: unknown): value is Form {
  return value !== undefined;
}

export function parse<Form>(text: string): Form {
  const value: unknown = text === "" ? null : JSON.parse(text);
  if (!hasForm<Form>(value)) throw new ApiError(0, "page.answer", texts.errors.answer);
  return value;
}

function asProblem(status: number, text: string): ApiError {
  try {
    const problem = parse<Partial<Problem> | null>(text);
    const issues = problem?.issues?.map((issue) => `${issue.path}: ${issue.message}`).join("; ");
    const detail = issues ?? problem?.detail ?? problem?.title;
    if (detail !== undefined) return new ApiError(status, problem?.code ?? `http.${status}`, detail);
  } catch {
    // Not the daemon that answers, but something before it.
  }
  return new ApiError(status, `http.${status}`, texts.errors.status(status));
}

async function send<Form>(method: string, path: string, body?: unknown, type?: string): Promise<Form> {
  const headers = new Headers();
  if (method !== "GET" && csrf !== "") headers.set("X-CSRF-Token", csrf);
  const isRaw = body instanceof FormData || body instanceof Blob;
  if (type !== undefined) headers.set("Content-Type", type);
  else if (body !== undefined && !isRaw) headers.set("Content-Type", "application/json");
  let response: Response;
  let text: string;
  try {
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
    if (body !== undefined) init.body = isRaw ? body : JSON.stringify(body);
    response = await fetch(`${ROOT}${path}`, init);
    text = await response.text();
  } catch {
    throw new ApiError(0, "page.unreachable", texts.errors.unreachable);
  }
  if (response.ok) return parse<Form>(text);
  if (response.status === 401 && path !== "login" && path !== "me") onSignedOut();
  throw asProblem(response.status, text);
}

const get = <Form>(path: string): Promise<Form> => send<Form>("GET", path);
const one = (id: string, rest = ""): string => `torrents/${id}${rest}`;

async function remember(answer: Promise<{ csrf: string }>): Promise<void> {
  ({ csrf } = await answer);
}

function form(file: File, options?: AddOptions): FormData {
  const data = new FormData();
  data.set("file", file, file.name);
  if (options !== undefined) data.set("options", JSON.stringify(options));
  return data;
}

export const api = {
  login: (token: string) => remember(send("POST", "login", { token })),
  /** Rejects with status 401 for who is not logged in. */
  me: () => remember(get("me")),
  logout: async (): Promise<void> => {
    await send("POST", "logout");
    csrf = "";
  },
  addUrl: (request: AddRequest) => send<{ id: string }>("POST", "torrents", request),
  addFile: (file: File, options: AddOptions) => send<{ id: string }>("POST", "torrents", form(file, options)),
  inspect: (file: File) => send<Inspected>("POST", "torrents/inspect", form(file)),
  act: (request: ActionRequest) => send<ActionResult>("POST", "torrents/actions", request),
  detail: (id: string) => get<TorrentDetail>(one(id)),
  patch: (id: string, request: PatchRequest) => send<unknown>("PATCH", one(id), request),
  files: (id: string) => get<readonly TorrentFile[]>(one(id, "/files")),
  setPriorities: (id: string, priorities: Readonly<Record<string, Priority>>) => send<unknown>("PATCH", one(id, "/files"), { priorities }),
  peers: (id: string) => get<readonly TorrentPeer[]>(one(id, "/peers")),
  addPeers: (id: string, peers: readonly string[]) => send<unknown>("POST", one(id, "/peers"), { peers }),
  trackers: (id: string) => get<readonly TorrentTracker[]>(one(id, "/trackers")),
  setTrackers: (id: string, tiers: readonly (readonly string[])[]) => send<unknown>("PUT", one(id, "/trackers"), { tiers }),
  pieces: (id: string) => get<TorrentPieces>(one(id, "/pieces")),
  session: () => get<SessionInfo>("session"),
  settings: () => get<Settings>("settings"),
  change: (changes: Partial<Settings>) => send<Settings>("PATCH", "settings", changes),
  statistics: () => get<Statistics>("statistics"),
  history: () => get<History>("statistics/history"),
  log: () => get<readonly LogLine[]>("log"),
  create: (request: CreateRequest) => send<CreateTask>("POST", "create", request),
  tasks: () => get<readonly CreateTask[]>("tasks"),
  cancelTask: (id: string) => send<unknown>("DELETE", `tasks/${encodeURIComponent(id)}`),
};

/** Where the bytes of a file are: also while they are still coming. */
export function streamUrl(id: string, file: number, path: string): string {
  const name = path.split("/").at(-1) ?? "file";
  return `/stream/${id}/${file}/${encodeURIComponent(name)}`;
}

export function playlistUrl(id: string): string {
  return `/stream/${id}/playlist.m3u`;
}
