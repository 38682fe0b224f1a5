import type {
  ActionRequest,
  ActionResult,
  AddOptions,
  CreateRequest,
  CreateTask,
  EventData,
  DhtInfo,
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
 * The torrents of the daemon, as the HTTP API, the events, the Transmission RPC, streams and metrics use them. Methods
 * that take an `id` throw MillraceError `session.not-found` when no torrent has it.
 */
export interface Session {
  readonly torrents: SessionTorrents;
  readonly details: SessionDetails;
  readonly settings: SessionSettings;
  readonly statistics: SessionStatistics;
  /** The tasks that make torrent files. */
  readonly tasks: SessionTasks;
  readonly log: SessionLog;
  /** Calls `listener` on each event; returns a function that removes the listener. */
  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void;
}

/** The torrents of the session, and the methods that change them. */
export interface SessionTorrents {
  /**
   * Returns all rows, in the order in which the torrents were added; at most a second old. A row is immutable: an
   * unchanged row is the same object as before.
   */
  list(): readonly TorrentRow[];
  /** Returns the row of one torrent; `undefined` if there is none. */
  row(id: string): TorrentRow | undefined;
  /** Reads a torrent file without adding it. Throws InputError `metainfo.*`. */
  inspect(torrent: Uint8Array): Inspected;
  /**
   * Adds a torrent file's bytes, a magnet link or an `http(s)` address; resolves to the torrent's id. Rejects with
   * InputError, NetworkError, StorageError, UsageError `client.duplicate`.
   */
  add(source: Uint8Array | string, options: AddOptions): Promise<string>;
  /** Applies an action to several torrents. Resolves to the result, which lists the torrents for which it failed. */
  act(request: ActionRequest): Promise<ActionResult>;
  /**
   * Changes names, labels, order or limits. Rejects with InputError `torrent.name`, `torrent.no-metadata`, UsageError
   * `client.path-in-use`, `client.path-shared`, `torrent.moving`, StorageError `storage.exists` and others.
   */
  patch(id: string, request: PatchRequest): Promise<void>;
  /** Sets the priorities of files, by file index. */
  setPriorities(id: string, priorities: ReadonlyMap<number, Priority>): Promise<void>;
  /** Replaces all trackers. Rejects with InputError `session.tracker` for a new URL that is not a tracker's. */
  setTrackers(id: string, tiers: readonly (readonly string[])[]): Promise<void>;
  /**
   * Adds peers as `HOST:PORT`; they are kept over restarts. Rejects with InputError `address.text`, `address.no-peer`.
   */
  addPeers(id: string, peers: readonly string[]): Promise<void>;
}

/** The details of one torrent, and its data. */
export interface SessionDetails {
  /** Returns the row with the additional fields of a single torrent. */
  of(id: string): TorrentDetail;
  files(id: string): readonly TorrentFile[];
  peers(id: string): readonly TorrentPeer[];
  trackers(id: string): readonly TorrentTracker[];
  pieces(id: string): TorrentPieces;
  /** Returns the torrent file; `undefined` while the metadata is being fetched. */
  torrentFile(id: string): Uint8Array | undefined;
  /**
   * Opens a file by its index, also while it is being downloaded. Rejects with MillraceError `session.not-found`;
   * `session.link` when a symbolic link leads out of the torrent's folder.
   */
  open(id: string, file: number): Promise<FileReading>;
}

/** The settings that can be changed while the daemon runs. */
export interface SessionSettings {
  /** Returns the settings in force. */
  get(): Settings;
  /**
   * Changes settings. Resolves to all settings when they are on the disk. Rejects with UsageError `session.settings`.
   */
  change(settings: Partial<Settings>): Promise<Settings>;
}

/** The statistics of the session. */
export interface SessionStatistics {
  /** Returns the version, ports, rate limits in force and free space. */
  info(): SessionInfo;
  totals(): Statistics;
  /** Returns the rates of the last hour and of the last 30 days. */
  history(): History;
  dht(): DhtInfo;
}

/** The tasks that make torrent files. */
export interface SessionTasks {
  /** Returns the tasks in the order of the requests. */
  list(): readonly CreateTask[];
  begin(request: CreateRequest): CreateTask;
  /** Cancels a task that runs or waits; removes a task that has ended. Returns false when there is no such task. */
  cancel(id: string): boolean;
}

/** The last lines of the log. */
export interface SessionLog {
  /** Returns the lines with an id above `after`, the oldest first. */
  lines(after?: number): readonly LogLine[];
}

/** The events of a session, with their data. */
export interface SessionEvents {
  delta: EventData<"delta">;
  rates: EventData<"rates">;
  session: EventData<"session">;
  log: EventData<"log">;
  task: EventData<"task">;
  settings: EventData<"settings">;
}

/** A file of a torrent, opened for reading. */
export interface FileReading {
  /** The path relative to the torrent's folder. */
  readonly path: string;
  /** The size in bytes. */
  readonly size: number;
  /**
   * Yields the bytes from `start` to before `end`, in order, as they become available. Missing pieces get a deadline,
   * and the pieces behind them are requested in advance. Throws AbortError, or MillraceError `session.not-active`
   * when a piece is missing and the torrent does not run.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
