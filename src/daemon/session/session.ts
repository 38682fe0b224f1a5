import type {
  ActionRequest,
  ActionResult,
  AddOptions,
  CreateRequest,
  CreateTask,
  EventData,
  History,
  Inspected,
  LogLine,
  PatchRequest,
  Priority,
  SessionInfo,
  Settings,
  Statistics,
  TorrentDetail,
  TorrentFile,
  TorrentPeer,
  TorrentPieces,
  TorrentRow,
  TorrentTracker,
} from "../../api/index.ts";

/**
 * The daemon's torrents, as everything that serves them sees it: the API, the events, the Transmission RPC, streaming,
 * metrics. Methods that take an id throw MillraceError `session.not-found` for one that is not there. Rows are
 * immutable: one that has not changed is the same object as before.
 */
export interface Session {
  /** All rows, in the order they were added; as of the last second, or the last change of state. */
  list(): readonly TorrentRow[];
  row(id: string): TorrentRow | undefined;
  detail(id: string): TorrentDetail;
  files(id: string): readonly TorrentFile[];
  peers(id: string): readonly TorrentPeer[];
  trackers(id: string): readonly TorrentTracker[];
  pieces(id: string): TorrentPieces;
  /** The torrent file; `undefined` while it is being fetched. */
  torrentFile(id: string): Uint8Array | undefined;

  /** Reads a torrent file without adding it. Throws InputError `metainfo.*`. */
  inspect(torrent: Uint8Array): Inspected;
  /**
   * Adds a torrent file's bytes, a magnet link or an `http(s)` address; resolves to its id. Rejects with InputError,
   * NetworkError, StorageError, UsageError `client.duplicate`.
   */
  add(source: Uint8Array | string, options: AddOptions): Promise<string>;
  /** One thing for many torrents. Each fails alone. */
  act(request: ActionRequest): Promise<ActionResult>;
  /**
   * Rejects with InputError `torrent.name`, `torrent.no-metadata`, UsageError `client.path-in-use`,
   * `client.path-shared`, `torrent.moving`, StorageError `storage.exists` and others.
   */
  patch(id: string, request: PatchRequest): Promise<void>;
  setPriorities(id: string, priorities: ReadonlyMap<number, Priority>): Promise<void>;
  /** Rejects with InputError `session.tracker` for a new URL that is none of a tracker's. */
  setTrackers(id: string, tiers: readonly (readonly string[])[]): Promise<void>;
  addPeers(id: string, peers: readonly string[]): Promise<void>;

  settings(): Settings;
  /** Rejects with UsageError `session.settings`. */
  change(settings: Partial<Settings>): Promise<Settings>;
  info(): SessionInfo;
  statistics(): Statistics;
  history(): History;
  /** Lines with an id above `after`, the oldest first. */
  log(after?: number): readonly LogLine[];

  createTorrent(request: CreateRequest): CreateTask;
  tasks(): readonly CreateTask[];
  /** Says whether there was one to cancel, or to forget. */
  cancelTask(id: string): boolean;

  /**
   * A file's bytes, also while they are still being downloaded. Rejects with `session.not-found`, `session.link` (it
   * lies elsewhere, by a symbolic link).
   */
  open(id: string, file: number): Promise<FileReading>;

  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void;
}

export interface SessionEvents {
  delta: EventData<"delta">;
  rates: EventData<"rates">;
  session: EventData<"session">;
  log: EventData<"log">;
  task: EventData<"task">;
  settings: EventData<"settings">;
}

export interface FileReading {
  /** Relative to the torrent. */
  readonly path: string;
  readonly size: number;
  /**
   * Bytes `start` up to and without `end`, in order, as they come: pieces that are missing get a deadline, those behind
   * them are read ahead. Ends with AbortError, or with MillraceError `session.not-active` when nothing can be fetched
   * for it.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
