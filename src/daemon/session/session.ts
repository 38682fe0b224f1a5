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
 * The torrents of the daemon, as the HTTP API, the events, the Transmission RPC, streams and metrics use them. Methods
 * that take an `id` throw MillraceError `session.not-found` when no torrent has it.
 */
export interface Session {
  readonly torrents: SessionTorrents;
  readonly details: SessionDetails;
  readonly settings: SessionSettings;
  readonly statistics: SessionStatistics;
  /** The torrent files that are being made. */
  readonly tasks: SessionTasks;
  readonly log: SessionLog;
  /** Calls `listener` on each event; returns a function that removes the listener. */
  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void;
}

/** The list of torrents, and what changes it. */
export interface SessionTorrents {
  /**
   * All rows, in the order the torrents were added; at most a second old. A row is immutable: a row without changes is
   * the same object as before.
   */
  list(): readonly TorrentRow[];
  /** The row of one torrent; `undefined` when there is none. */
  row(id: string): TorrentRow | undefined;
  /** Reads a torrent file without adding it. Throws InputError `metainfo.*`. */
  inspect(torrent: Uint8Array): Inspected;
  /**
   * Adds a torrent file's bytes, a magnet link or an `http(s)` address; resolves to the torrent's id. Rejects with
   * InputError, NetworkError, StorageError, UsageError `client.duplicate`.
   */
  add(source: Uint8Array | string, options: AddOptions): Promise<string>;
  /** Does one action to many torrents. A failure of one torrent is reported in the result; the rest continue. */
  act(request: ActionRequest): Promise<ActionResult>;
  /**
   * Changes names, labels, order or limits. Rejects with InputError `torrent.name`, `torrent.no-metadata`, UsageError
   * `client.path-in-use`, `client.path-shared`, `torrent.moving`, StorageError `storage.exists` and others.
   */
  patch(id: string, request: PatchRequest): Promise<void>;
  /** Sets priorities by the index of the file. */
  setPriorities(id: string, priorities: ReadonlyMap<number, Priority>): Promise<void>;
  /** Replaces all trackers. Rejects with InputError `session.tracker` for a new URL that is not a tracker's. */
  setTrackers(id: string, tiers: readonly (readonly string[])[]): Promise<void>;
  /**
   * Adds peers as `HOST:PORT`; they are kept over restarts. Rejects with InputError `address.text`, `address.no-peer`.
   */
  addPeers(id: string, peers: readonly string[]): Promise<void>;
}

/** What one torrent shows beyond its row, and its data. */
export interface SessionDetails {
  /** The row with the fields that only the view of one torrent shows. */
  of(id: string): TorrentDetail;
  files(id: string): readonly TorrentFile[];
  peers(id: string): readonly TorrentPeer[];
  trackers(id: string): readonly TorrentTracker[];
  pieces(id: string): TorrentPieces;
  /** The torrent file; `undefined` while it is being fetched. */
  torrentFile(id: string): Uint8Array | undefined;
  /**
   * Opens a file by its index, also while it is being downloaded. Rejects with MillraceError `session.not-found`;
   * `session.link` when a symbolic link leads out of the torrent's folder.
   */
  open(id: string, file: number): Promise<FileReading>;
}

/** The settings that can be changed while the daemon runs. */
export interface SessionSettings {
  /** The settings in force. */
  get(): Settings;
  /** Changes settings; resolves to all of them when they are on disk. Rejects with UsageError `session.settings`. */
  change(settings: Partial<Settings>): Promise<Settings>;
}

/** The session in numbers. */
export interface SessionStatistics {
  /** Version, ports, rate limits in force, free space. */
  info(): SessionInfo;
  totals(): Statistics;
  /** Rates of the last hour and of the last 30 days. */
  history(): History;
}

/** Torrent files that are being made. */
export interface SessionTasks {
  /** In the order of the requests. */
  list(): readonly CreateTask[];
  begin(request: CreateRequest): CreateTask;
  /** Cancels a task that runs or waits; forgets one that has ended. Returns false when there is no such task. */
  cancel(id: string): boolean;
}

/** The last lines of the log. */
export interface SessionLog {
  /** Lines with an id above `after`, the oldest first. */
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
  /** Relative to the torrent. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Yields the bytes from `start` up to and without `end`, in order, as they arrive: missing pieces get a deadline, and
   * the pieces behind them are read ahead. Throws AbortError, or MillraceError `session.not-active` when a piece is
   * missing and the torrent does not run.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
