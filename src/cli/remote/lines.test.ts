import { describe, expect, it } from "vitest";
import { fakeRow, ID, OTHER } from "../../../test/support/fake-session.ts";
import type { ApiEvent, SessionInfo, TorrentDetail } from "../../api/index.ts";
import { torrentFields } from "./facts.ts";
import { fileLines, flagLines, listLines, logText, peerLines, trackerLines } from "./tables.ts";
import { WatchLines } from "./watch-lines.ts";

/** Clears a screen, turns writing round, breaks a line. */
const EVIL = "x\u001b[2J\u202e\n\u009b";
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u202e]/;

const session: SessionInfo = {
  version: "1",
  peerId: "",
  peerPort: 1,
  isReachable: false,
  isPexEnabled: true,
  downloadDir: "/",
  freeBytes: null,
  now: 0,
  maxDownloadRate: null,
  maxUploadRate: null,
};
const snapshot = (...torrents: ReturnType<typeof fakeRow>[]): ApiEvent => ({
  name: "snapshot",
  data: { torrents, session },
});
const delta = (changed: Extract<ApiEvent, { name: "delta" }>["data"]["changed"], removed: string[] = []): ApiEvent => ({
  name: "delta",
  data: { changed, removed },
});

const detail: TorrentDetail = {
  ...fakeRow(ID, {
    name: EVIL,
    label: EVIL,
    labels: [EVIL],
    trackerProblem: { level: "error", message: EVIL },
    folder: EVIL,
    trackers: [EVIL],
    error: { code: EVIL, message: EVIL },
  }),
  limits: {
    maxDownloadRate: 1024,
    maxUploadRate: null,
    seedRatio: 2,
    seedSeconds: null,
    seedIdleSeconds: 60,
    maxPeers: 5,
  },
  discovery: { dht: false, pex: true, lsd: false },
  startedAt: null,
  activeAt: null,
  downloadingSeconds: 0,
  seedingSeconds: 0,
  isFinished: false,
  destination: EVIL,
  sequential: true,
  magnet: EVIL,
  comment: EVIL,
  infoHashes: { v1: "ab".repeat(20), v2: null },
  createdBy: EVIL,
  createdAt: null,
  pieceCount: 1,
  pieceLength: 1,
  fileCount: 1,
  wasted: 0,
  knownPeers: 0,
  blockedPeers: 0,
  webSeeds: [{ url: EVIL, state: "dropped", downloaded: 0, rate: 0, error: { code: "http.tls", message: EVIL } }],
  bottleneck: { kind: "trackers", message: EVIL, advice: EVIL },
};

describe("flagLines", () => {
  it("explains the flags that the peers have", () => {
    expect(flagLines([{ flags: "DI" }, { flags: "dI" }])).toEqual([
      "D  downloading from it",
      "d  it chokes the daemon",
      "I  it connected to the daemon",
    ]);
  });
});

describe("listLines", () => {
  it("has a row for each torrent, with blanks for rates of 0", () => {
    const rows = [
      fakeRow(ID, { name: "films", downRate: 2048, upRate: 0, ratio: 1.234, eta: 65 }),
      fakeRow(OTHER, { name: "done", state: "seeding", progress: 1, downRate: 0, upRate: 0, eta: 0 }),
    ];
    expect(listLines(rows)).toEqual([
      "id        name   state         done     down  up  ratio    eta",
      "aaaaaaaa  films  downloading  50.0%  2 KiB/s   -   1.23  1m 5s",
      "bbbbbbbb  done   seeding       100%        -   -   0.10      -",
    ]);
  });
});

describe("a torrent whose metadata is being fetched", () => {
  const fetching = { state: "fetching-metadata", progress: 0, metadataProgress: 0.375 } as const;

  it("has the received share in `remote list` and `remote show`", () => {
    expect(listLines([fakeRow(ID, { name: "films", ...fetching })])[1]).toMatch(
      /^aaaaaaaa +films +fetching-metadata +metadata 37\.5% /,
    );
    const shown = (torrent: TorrentDetail): string | undefined =>
      torrentFields(torrent).flatMap(([name, value]) => (name === "metadata" ? [String(value)] : []))[0];
    expect([shown({ ...detail, ...fetching }), shown(detail)]).toEqual(["37.5% received", "undefined"]);
  });
});

describe("lines and fields of hostile names", () => {
  it("have no control characters", () => {
    const peer = {
      ip: "",
      port: 1,
      id: EVIL,
      peerId: "",
      client: EVIL,
      direction: "incoming" as const,
      source: "incoming" as const,
      progress: 0,
      downRate: 0,
      upRate: 0,
      downloaded: 0,
      uploaded: 0,
      transport: "tcp" as const,
      encryption: "rc4" as const,
      flags: EVIL,
    };
    const tracker = {
      url: EVIL,
      tier: 0,
      state: EVIL,
      lastAnnounceAt: null,
      nextAnnounceAt: 61_000,
      seeders: null,
      leechers: 1,
      completed: null,
      peersReceived: 0,
      message: EVIL,
      said: EVIL,
    };
    const watch = new WatchLines();
    const lines = [
      ...listLines([fakeRow(ID, { name: EVIL })]),
      ...fileLines([{ index: 0, path: EVIL, size: 0, done: 0, priority: "high" }]),
      ...peerLines([peer]),
      ...trackerLines([tracker], 0),
      logText({ id: 1, at: 0, level: "info", message: EVIL, torrent: EVIL }),
      ...torrentFields(detail).flatMap(([, value]) => value ?? []),
      ...watch.lines(snapshot(fakeRow(ID, { name: EVIL, error: { code: "x", message: EVIL } }))),
      ...watch.lines(delta([{ id: ID, state: "failed", error: { code: "x", message: EVIL } }])),
      ...watch.lines({ name: "log", data: { id: 1, at: 0, level: "warn", message: EVIL, torrent: EVIL } }),
      ...watch.lines({
        name: "task",
        data: { id: "1", path: EVIL, state: "failed", progress: 0, torrent: null, error: EVIL },
      }),
      ...watch.lines(delta([], [ID])),
    ];
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).not.toMatch(UNSAFE);
  });
});

describe("torrentFields", () => {
  it("names the ways to find peers that the torrent may not use, unless it is private", () => {
    const notUsed = (torrent: TorrentDetail): unknown => new Map(torrentFields(torrent)).get("not used");
    const all = { ...detail, discovery: { dht: true, pex: true, lsd: true } };
    expect([detail, all, { ...detail, private: true }].map(notUsed)).toEqual([
      "DHT, local discovery",
      undefined,
      undefined,
    ]);
  });

  it("has the limits and the end of seeding", () => {
    const fields = new Map(torrentFields(detail));
    expect(fields.get("down")).toMatch(/; 1 KiB\/s$/);
    expect(fields.get("up")).toMatch(/; no limit$/);
    expect(fields.get("seeding ends")).toEqual(["at ratio 2", "after 1m 0s without a transfer"]);
  });
});

describe("WatchLines", () => {
  it("prints the torrents, then changes of state, every tenth, and ends, but not each byte", () => {
    const watch = new WatchLines();
    expect(watch.lines(snapshot(fakeRow(ID, { name: "films", progress: 0.5 })))).toEqual([
      "1 torrent",
      "films: downloading 50.0%",
    ]);
    expect(watch.lines(delta([{ id: ID, progress: 0.51, downRate: 7 }]))).toEqual([]);
    expect(watch.lines(delta([{ id: ID, progress: 0.61 }]))).toEqual(["films: downloading 61.0%"]);
    expect(watch.lines(delta([{ id: ID, progress: 1, state: "seeding" }, fakeRow(OTHER, { name: "new" })]))).toEqual([
      "films: seeding 100%",
      "added new: downloading 50.0%",
    ]);
    expect(watch.lines(delta([], [ID]))).toEqual(["removed films"]);
  });

  it("prints after a gap only the changes", () => {
    const watch = new WatchLines();
    watch.lines(snapshot(fakeRow(ID, { name: "films" }), fakeRow(OTHER, { name: "music" })));
    expect(watch.lines(snapshot(fakeRow(ID, { name: "films", state: "paused" })))).toEqual([
      "films: paused 50.0%",
      "removed music",
    ]);
  });

  it("prints rates from time to time", () => {
    const watch = new WatchLines();
    const rates = (at: number): string[] =>
      watch.lines({ name: "rates", data: { at, down: 1024, up: 0, connections: 1 } });
    expect([1_000, 2_000, 5_999, 6_000].map((at) => rates(at).length)).toEqual([1, 0, 0, 1]);
    expect(rates(20_000)).toEqual(["down 1 KiB/s, up 0 B/s, 1 connection"]);
  });
});
