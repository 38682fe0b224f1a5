import type {
  ActionRequest,
  ActionResult,
  AddOptions,
  CreateRequest,
  CreateTask,
  EventData,
  DhtInfo,
  LsdInfo,
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
 * The daemon's torrents, with the methods that the HTTP API, the events, the Transmission RPC, streams and metrics use.
 * Methods that take the `id` of a torrent throw MillraceError `session.not-found` when there is no such torrent.
 */
export interface Session {
  readonly torrents: SessionTorrents;
  readonly details: SessionDetails;
  readonly settings: SessionSettings;
  readonly statistics: SessionStatistics;
  /** The tasks that make torrent files. */
  readonly tasks: SessionTasks;
  readonly log: SessionLog;
  /** Calls `listener` each time the event is emitted. Returns a function that removes the listener. */
  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void;
}

/** The torrents of the session, and the methods that change them. */
export interface SessionTorrents {
  /**
   * Returns the rows of all torrents, in the order in which the torrents were added. They are at most a second old.
   * Rows are immutable: an unchanged row is the same object as in the previous call.
   */
  list(): readonly TorrentRow[];
  /** Returns the row of a torrent; `undefined` if there is no torrent with this id. */
  row(id: string): TorrentRow | undefined;
  /** Returns the content of a torrent file without adding it. Throws InputError `metainfo.*`. */
  inspect(torrent: Uint8Array): Inspected;
  /**
   * Adds a torrent from the bytes of a torrent file, a magnet link, or the `http(s)` URL of a torrent file. Resolves
   * to the torrent's id. Rejects with InputError, NetworkError, StorageError, UsageError `client.duplicate`.
   */
  add(source: Uint8Array | string, options: AddOptions): Promise<string>;
  /**
   * Applies an action to several torrents. When it fails for some, the others are not affected: resolves to a result
   * that lists the failures.
   */
  act(request: ActionRequest): Promise<ActionResult>;
  /**
   * Changes a torrent's name, labels, download order, ways to find peers or limits. Rejects with InputError
   * `torrent.name`, `torrent.no-metadata`, UsageError `client.path-in-use`, `client.path-shared`, `torrent.moving`,
   * StorageError `storage.exists` and others.
   */
  patch(id: string, request: PatchRequest): Promise<void>;
  /** Sets the priorities of some files of a torrent, by file index. */
  setPriorities(id: string, priorities: ReadonlyMap<number, Priority>): Promise<void>;
  /**
   * Replaces all trackers of a torrent. `tiers` are the announce URLs by tier. Rejects with InputError
   * `session.tracker` for a new URL that is not a valid announce URL.
   */
  setTrackers(id: string, tiers: readonly (readonly string[])[]): Promise<void>;
  /**
   * Adds peers, given as `HOST:PORT`, to a torrent. They are stored, and used again after a restart. Rejects with
   * InputError `address.text`, `address.no-peer`.
   */
  addPeers(id: string, peers: readonly string[]): Promise<void>;
}

/** The details of single torrents, and access to their data. */
export interface SessionDetails {
  /** Returns the row of a torrent with the additional fields that the API returns for a single torrent. */
  of(id: string): TorrentDetail;
  files(id: string): readonly TorrentFile[];
  peers(id: string): readonly TorrentPeer[];
  trackers(id: string): readonly TorrentTracker[];
  pieces(id: string): TorrentPieces;
  /** Returns the bytes of the torrent file; `undefined` while the metadata is unknown. */
  torrentFile(id: string): Uint8Array | undefined;
  /**
   * Opens a file of a torrent for reading, even while it is being downloaded. `file` is the index of the file. Rejects
   * with MillraceError `session.not-found`; `session.link` when a symbolic link leads out of the torrent's folder.
   */
  open(id: string, file: number): Promise<FileReading>;
}

/** The settings that can be changed while the daemon runs. */
export interface SessionSettings {
  /** Returns the current settings. */
  get(): Settings;
  /**
   * Changes the settings that `settings` contains. Resolves to all settings when the changes are on the disk. Rejects
   * with UsageError `session.settings`.
   */
  change(settings: Partial<Settings>): Promise<Settings>;
}

/** The statistics of the session. */
export interface SessionStatistics {
  /** Returns the version, the ports, the rate limits that are currently applied, and the free space. */
  info(): SessionInfo;
  totals(): Statistics;
  /** Returns the average rates by time, for the last hour and for the last 30 days. */
  history(): History;
  dht(): DhtInfo;
  lsd(): LsdInfo;
}

/** The tasks that make torrent files. */
export interface SessionTasks {
  /** Returns all tasks, in the order in which they were requested. */
  list(): readonly CreateTask[];
  begin(request: CreateRequest): CreateTask;
  /**
   * Cancels a task that runs or waits, or removes a task that has ended. Returns false when there is no task with
   * this id.
   */
  cancel(id: string): boolean;
}

/** Access to the last lines of the log. */
export interface SessionLog {
  /** Returns the stored lines whose id is greater than `after`, the oldest first. */
  lines(after?: number): readonly LogLine[];
}

/** The type of the data of each event of a session, by the name of the event. */
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
  /** The path of the file, relative to the torrent's folder. */
  readonly path: string;
  /** The size of the file in bytes. */
  readonly size: number;
  /**
   * Yields the bytes from offset `start` up to but not including `end`, in order, as they become available. Missing
   * pieces of this range are requested before all others, then the pieces after the range. Throws AbortError, or
   * MillraceError `session.not-active` when a piece is missing and the torrent does not run.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
