import type { CreateTask, Settings, TorrentRow } from "../../src/api/index.ts";
import { InputError, MillraceError } from "../../src/base/index.ts";
import type {
  Session,
  SessionDetails,
  SessionEvents,
  SessionLog,
  SessionSettings,
  SessionStatistics,
  SessionTasks,
  SessionTorrents,
} from "../../src/daemon/session/session.ts";
import { SETTINGS } from "./settings.ts";

export const ID = "a".repeat(40);
export const OTHER = "b".repeat(40);

export function fakeRow(id: string, more: Partial<TorrentRow> = {}): TorrentRow {
  return {
    id,
    name: `torrent ${id.slice(0, 4)}`,
    diskName: more.name ?? `torrent ${id.slice(0, 4)}`,
    state: "downloading",
    error: null,
    trackerProblem: null,
    progress: 0.5,
    metadataProgress: 1,
    size: 100,
    wanted: 100,
    done: 50,
    downRate: 10,
    upRate: 1,
    downloaded: 50,
    uploaded: 5,
    ratio: 0.1,
    eta: 5,
    peers: 2,
    seeds: 1,
    availability: 1.5,
    label: "",
    labels: more.label === undefined || more.label === "" ? [] : [more.label],
    trackers: ["tracker.example"],
    folder: "/downloads",
    addedAt: 1_700_000_000_000,
    finishedAt: null,
    queue: 0,
    private: false,
    ...more,
  };
}

const settings: Settings = { ...SETTINGS, downloadDir: "/downloads", labels: {} };

function task(path: string): CreateTask {
  return { id: "1", path, state: "hashing", progress: 0, torrent: null, error: null };
}

/** A daemon session with two torrents that records the calls that change state. */
export class FakeSession implements Session {
  rows: TorrentRow[] = [fakeRow(ID), fakeRow(OTHER, { name: "Other", state: "seeding" })];
  /** The calls that change state, in order: name and arguments. */
  readonly writes: [string, ...unknown[]][] = [];
  /** The content of files by index, for `open`. */
  contents: { path: string; bytes: Uint8Array }[] = [
    { path: "folder/film.webm", bytes: Uint8Array.from({ length: 1000 }, (_, i) => i % 251) },
    { path: "folder/evil.html", bytes: new TextEncoder().encode("<script>alert(1)</script>") },
  ];
  /** Resolves when the piece that a stream waits for is downloaded; a stream waits for ever when not set. */
  readGate: Promise<void> = Promise.resolve();
  reading = 0;
  readonly #listeners = new Map<string, Set<(data: never) => void>>();

  readonly torrents: SessionTorrents = {
    list: () => this.rows,
    row: (id) => this.#row(id),
    inspect: (torrent) => {
      if (torrent[0] !== 0x64) throw new InputError("metainfo.bencode", "this is not a torrent file");
      return { id: ID, name: "x", size: 1, pieceLength: 16_384, private: false, comment: "", isKnown: true, files: [] };
    },
    add: (source, options) => this.#write(OTHER, "add", source, options),
    act: (request) => {
      const failed = request.ids
        .filter((id) => this.#row(id) === undefined)
        .map((id) => ({ id, code: "session.not-found", message: "no such torrent" }));
      return this.#write({ done: request.ids.length - failed.length, failed }, "act", request);
    },
    patch: async (id, request) => {
      this.#need(id);
      return this.#write(undefined, "patch", id, request);
    },
    setPriorities: (id, priorities) => this.#write(undefined, "setPriorities", id, priorities),
    setTrackers: (id, tiers) => this.#write(undefined, "setTrackers", id, tiers),
    addPeers: (id, peers) => this.#write(undefined, "addPeers", id, peers),
  };

  readonly details: SessionDetails = {
    of: (id) => ({
      ...this.#need(id),
      limits: {
        maxDownloadRate: null,
        maxUploadRate: null,
        seedRatio: null,
        seedSeconds: null,
        seedIdleSeconds: null,
        maxPeers: null,
      },
      discovery: { dht: true, pex: true, lsd: true },
      sequential: false,
      startedAt: null,
      activeAt: null,
      downloadingSeconds: 0,
      seedingSeconds: 0,
      isFinished: false,
      destination: null,
      magnet: `magnet:?xt=urn:btih:${id}`,
      comment: "",
      infoHashes: { v1: id, v2: null },
      createdBy: "",
      createdAt: null,
      pieceCount: 2,
      pieceLength: 16_384,
      fileCount: this.contents.length,
      wasted: 0,
      knownPeers: 3,
      blockedPeers: 0,
      webSeeds: [
        {
          url: "http://files.example/",
          state: "waiting",
          downloaded: 5,
          rate: 0,
          error: { code: "webseed.busy", message: "the server is busy" },
        },
      ],
      bottleneck: { kind: "choked", message: "all 2 useful peers choke", advice: "upload more" },
    }),
    files: (id) => {
      this.#need(id);
      return this.contents.map(({ path, bytes }, index) => ({
        index,
        path,
        size: bytes.length,
        done: 0,
        priority: "normal",
      }));
    },
    peers: (id) => {
      this.#need(id);
      return [
        {
          ip: "127.0.0.1",
          port: 1,
          id: "127.0.0.1:1",
          peerId: "00",
          client: "x",
          direction: "incoming",
          source: "incoming",
          progress: 1,
          downRate: 0,
          upRate: 0,
          downloaded: 0,
          uploaded: 0,
          transport: "tcp" as const,
          encryption: "plaintext" as const,
          flags: "I",
        },
      ];
    },
    trackers: (id) => {
      this.#need(id);
      return [
        {
          url: "http://tracker.example/announce",
          tier: 0,
          state: "idle",
          lastAnnounceAt: null,
          nextAnnounceAt: null,
          seeders: null,
          leechers: null,
          completed: null,
          peersReceived: 0,
          message: "",
          said: "",
        },
      ];
    },
    pieces: (id) => {
      this.#need(id);
      return { count: 2, have: "gA==", availability: "AQE=", active: [1] };
    },
    torrentFile: (id) => {
      this.#need(id);
      return id === ID ? new TextEncoder().encode("d4:infodee") : undefined;
    },
    open: async (id, file) => {
      this.#need(id);
      const found = this.contents[file];
      if (found === undefined) throw new MillraceError("session.not-found", `there is no file ${file}`);
      const read = (start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array> =>
        this.#read(found.bytes, start, end, signal);
      return { path: found.path, size: found.bytes.length, read };
    },
  };

  readonly settings: SessionSettings = {
    get: () => settings,
    change: (changed) => this.#write({ ...settings, ...changed }, "change", changed),
  };

  readonly statistics: SessionStatistics = {
    info: () => ({
      version: "1",
      peerId: "-MI0001-",
      peerPort: 6881,
      isReachable: false,
      isPexEnabled: true,
      downloadDir: "/downloads",
      freeBytes: 5,
      now: 1,
      maxDownloadRate: null,
      maxUploadRate: null,
    }),
    totals: () => ({
      startedAt: 1,
      downloaded: 100,
      uploaded: 5,
      sessionDownloaded: 1,
      sessionUploaded: 1,
      torrents: 2,
      states: { downloading: 1, seeding: 1 },
      connections: 3,
      downRate: 10,
      upRate: 1,
      freeBytes: null,
      portMapping: { state: "mapped", method: "upnp", externalIp: "9.8.7.6", tcp: 6881, udp: 6881, reason: null },
      binding: { bind: "tun0", ips: ["10.8.0.2"] },
      ipFilter: { ranges: 12, ignoredLines: 0, blocked: 3, loadedAt: 1, error: null },
      memory: 1,
    }),
    dht: () => ({
      isEnabled: true,
      nodes: 7,
      families: [
        {
          family: 4,
          id: "c".repeat(40),
          nodes: 7,
          queries: 3,
          limited: 1,
          replies: 20,
          isReadOnly: false,
          externalIp: "203.0.113.9",
        },
      ],
      storedTorrents: 2,
      storedPeers: 4,
      storedItems: 0,
    }),
    lsd: () => ({
      isEnabled: true,
      interfaces: ["eth0", "wlan0"],
      sent: 6,
      received: 4,
      limited: 0,
      malformed: 1,
      found: 2,
    }),
    history: () => ({ recent: [{ at: 1, down: 1, up: 1 }], hours: [] }),
  };

  readonly tasks: SessionTasks = {
    list: () => [task("/x")],
    begin: (request) => {
      this.writes.push(["createTorrent", request]);
      return task(request.path);
    },
    cancel: (id) => {
      this.writes.push(["cancelTask", id]);
      return id === "1";
    },
  };

  readonly log: SessionLog = {
    lines: (after = 0) =>
      [{ id: 1, at: 1, level: "info" as const, message: "hello", torrent: null }].filter(({ id }) => id > after),
  };

  #row(id: string): TorrentRow | undefined {
    return this.rows.find((row) => row.id === id);
  }

  #need(id: string): TorrentRow {
    const row = this.#row(id);
    if (row === undefined) throw new MillraceError("session.not-found", `there is no torrent ${id}`);
    return row;
  }

  async #write<T>(result: T, ...call: [string, ...unknown[]]): Promise<T> {
    this.writes.push(call);
    return Promise.resolve(result);
  }

  async *#read(bytes: Uint8Array, start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    this.reading += 1;
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      for (let at = start; at < end; at += 65_536) {
        await Promise.race([this.readGate, aborted]);
        signal.throwIfAborted();
        yield bytes.subarray(at, Math.min(end, at + 65_536));
      }
    } finally {
      this.reading -= 1;
    }
  }

  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
  emit<Name extends keyof SessionEvents>(event: Name, data: SessionEvents[Name]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (data: SessionEvents[Name]) => void)(data);
  }
  /** Listeners of all events. */
  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }
}
