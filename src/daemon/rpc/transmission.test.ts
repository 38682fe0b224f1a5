import { describe, expect, it } from "vitest";
import { MillraceError } from "../../base/index.ts";
import { SETTINGS } from "../../../test/support/settings.ts";
import type { ActionRequest, Settings, TorrentRow } from "../../api/index.ts";
import type { Session } from "../session/session.ts";
import { camel, kebab, snake } from "./names.ts";
import { TransmissionRpc } from "./transmission.ts";

const HASHES = ["a".repeat(40), "b".repeat(40)] as const;

function row(id: string, changes: Partial<TorrentRow> = {}): TorrentRow {
  return {
    id,
    name: `torrent ${id[0] ?? ""}`,
    diskName: `torrent ${id[0] ?? ""}`,
    state: "downloading",
    error: null,
    trackerProblem: null,
    progress: 0.25,
    metadataProgress: 1,
    size: 1000,
    wanted: 800,
    done: 200,
    downRate: 10,
    upRate: 5,
    downloaded: 200,
    uploaded: 100,
    ratio: 0.5,
    eta: 60,
    peers: 2,
    seeds: 1,
    availability: 1,
    label: "films",
    labels: ["films", "new"],
    trackers: [],
    folder: "/srv",
    addedAt: 1_700_000_000_000,
    finishedAt: null,
    queue: 0,
    private: false,
    ...changes,
  };
}

function scene() {
  const rows = new Map<string, TorrentRow>(HASHES.map((id) => [id, row(id)]));
  const acts: ActionRequest[] = [];
  const settings: Settings = { ...SETTINGS };
  const tiers: (readonly (readonly string[])[])[] = [];
  const listeners: ((delta: { changed: { id: string }[]; removed: string[] }) => void)[] = [];
  const session = {
    torrents: {
      list: () => [...rows.values()],
      row: (id: string) => rows.get(id),
      act: async (request: ActionRequest) => {
        acts.push(request);
        return { done: request.ids.length, failed: [] };
      },
      add: async () => {
        throw new MillraceError("client.duplicate", "here already", { fields: { infoHash: HASHES[1] } });
      },
      setTrackers: async (_: string, to: readonly (readonly string[])[]) => void tiers.push(to),
    },
    details: {
      files: () => [
        { index: 0, path: "a", size: 500, done: 200, priority: "normal" },
        { index: 1, path: "b", size: 500, done: 0, priority: "skip" },
      ],
      of: (id: string) => ({
        limits: {
          maxDownloadRate: 5000,
          maxUploadRate: null,
          seedRatio: null,
          seedSeconds: null,
          seedIdleSeconds: null,
          maxPeers: null,
        },
        startedAt: null,
        activeAt: 1_700_000_009_000,
        downloadingSeconds: 3,
        seedingSeconds: 4,
        isFinished: false,
        destination: null,
        ...rows.get(id),
        pieceLength: 100,
        pieceCount: 10,
        fileCount: 2,
      }),
      trackers: () => [
        { url: "http://one/announce", tier: 0 },
        { url: "http://two/announce", tier: 1 },
      ],
    },
    settings: {
      get: () => settings,
      change: async (changes: Partial<Settings>) => void Object.assign(settings, changes),
    },
    statistics: {
      dht: () => ({ isEnabled: false }),
      lsd: () => ({ isEnabled: true }),
      info: () => ({ peerPort: 6881, freeBytes: 5, version: "1", isPexEnabled: false }),
      totals: () => ({
        startedAt: Date.now(),
        torrents: 2,
        states: { paused: 1 },
        downRate: 10,
        upRate: 5,
        downloaded: 1,
        uploaded: 2,
        sessionDownloaded: 3,
        sessionUploaded: 4,
      }),
    },
    on: (_: string, listener: (delta: { changed: { id: string }[]; removed: string[] }) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
  } as unknown as Session;
  const rpc = new TransmissionRpc({ session, version: "1", stateDir: "/state", onShutdown: () => undefined });
  const remove = (id: string): void => {
    rows.delete(id);
    for (const listener of listeners) listener({ changed: [], removed: [id] });
  };
  return {
    rpc,
    acts,
    tiers,
    rows,
    remove,
    settings,
    old: (method: string, args: object = {}) => rpc.respond(JSON.stringify({ method, arguments: args, tag: 7 })),
  };
}

describe("names", () => {
  it.each([
    ["downloadDir", "download_dir"],
    ["download-dir", "download_dir"],
    ["isUTP", "is_utp"],
    ["peer-limit", "peer_limit"],
    ["seedRatioLimit", "seed_ratio_limit"],
    ["delete-local-data", "delete_local_data"],
  ])("%s is %s", (old, name) => {
    expect(snake(old)).toBe(name);
    expect([camel(name), kebab(name)]).toContain(old);
  });

  it("are left as they are when no name is that long", () =>
    expect(snake("A".repeat(4_000_000))).toHaveLength(4_000_000));
});

describe("TransmissionRpc", () => {
  it("returns a session id first, and serves requests with that id", async () => {
    const { rpc } = scene();
    const ask = (headers: Record<string, string>): Promise<Response> =>
      rpc.handle(
        new Request("http://x/transmission/rpc", { method: "POST", body: '{"method":"session-stats"}', headers }),
      );
    const refused = await ask({});
    expect(refused.status).toBe(409);
    const id = refused.headers.get("x-transmission-session-id") ?? "";
    expect((await ask({ "x-transmission-session-id": `${id}x` })).status).toBe(409);
    const answered = await ask({ "x-transmission-session-id": id });
    expect(await answered.json()).toMatchObject({
      result: "success",
      arguments: { activeTorrentCount: 1, "current-stats": { downloadedBytes: 3 } },
    });
  });

  it("returns fields by the names of the request", async () => {
    const { old } = scene();
    expect(
      await old("torrent-get", {
        ids: 1,
        fields: ["id", "hashString", "percentDone", "peer-limit", "fileStats", "nonsense", "constructor", "__proto__"],
      }),
    ).toEqual({
      result: "success",
      tag: 7,
      arguments: {
        torrents: [
          {
            id: 1,
            hashString: HASHES[0],
            percentDone: 0.25,
            "peer-limit": 100,
            fileStats: [
              { bytesCompleted: 200, wanted: true, priority: 0 },
              { bytesCompleted: 0, wanted: false, priority: 0 },
            ],
          },
        ],
      },
    });
    expect(await old("torrent-get", { format: "table", fields: ["id", "name"] })).toMatchObject({
      arguments: {
        torrents: [
          ["id", "name"],
          [1, "torrent a"],
          [2, "torrent b"],
        ],
      },
    });
  });

  it("speaks JSON-RPC 2.0, batches and notifications too", async () => {
    const { rpc, acts } = scene();
    const call = (method: string, params: object, id?: number): object => ({
      jsonrpc: "2.0",
      method,
      params,
      ...(id === undefined ? {} : { id }),
    });
    const batch = JSON.stringify([
      call("torrent_get", { ids: [HASHES[1]], fields: ["file_stats", "download_limit"] }, 1),
      call("torrent_stop", { ids: [2] }),
      call("nonsense", {}, 2),
      5,
    ]);
    expect(await rpc.respond(batch)).toMatchObject([
      {
        jsonrpc: "2.0",
        id: 1,
        result: { torrents: [{ file_stats: [{ bytes_completed: 200 }, {}], download_limit: 5 }] },
      },
      { id: 2, error: { code: -32_601 } },
      { id: null, error: { code: -32_600 } },
    ]);
    expect(acts).toEqual([{ action: "pause", ids: [HASHES[1]] }]);
    expect(await rpc.respond(JSON.stringify(call("torrent_stop", { ids: [2] })))).toBeUndefined();
  });

  it("never reuses a number, and lists recently removed ones", async () => {
    const { old, remove } = scene();
    await old("torrent-get", { fields: ["id"] });
    remove(HASHES[0]);
    expect(await old("torrent-get", { ids: "recently-active", fields: ["id"] })).toMatchObject({
      arguments: { removed: [1] },
    });
    expect(await old("torrent-get", { fields: ["id"] })).toMatchObject({ arguments: { torrents: [{ id: 2 }] } });
    expect(await old("torrent-start", { ids: [1] })).toMatchObject({ result: "success" });
  });

  it("changes no torrent when the named ones were removed", async () => {
    const { old, acts } = scene();
    await old("torrent-remove", { ids: [99], "delete-local-data": true });
    await old("torrent-remove", { ids: [] });
    expect(acts).toEqual([]);
    await old("torrent-stop");
    expect(acts).toEqual([{ action: "pause", ids: [...HASHES] }]);
  });

  it("reports an existing torrent as a duplicate", async () => {
    const { old } = scene();
    expect(await old("torrent-add", { filename: `magnet:?xt=urn:btih:${HASHES[1]}` })).toMatchObject({
      result: "success",
      arguments: { "torrent-duplicate": { hashString: HASHES[1], name: "torrent b" } },
    });
    expect(await old("torrent-add", { filename: "/etc/passwd" })).toMatchObject({
      result: expect.stringContaining("magnet") as unknown,
    });
    expect(await old("torrent-add", { metainfo: "***" })).toMatchObject({ result: "metainfo is not base64" });
  });

  it("edits trackers by number, by list and by address", async () => {
    const { old, tiers } = scene();
    await old("torrent-set", {
      ids: 1,
      trackerAdd: ["http://three/announce", "http://one/announce"],
      trackerRemove: [1],
    });
    await old("torrent-set", { ids: 1, trackerReplace: [0, "http://new/announce"] });
    await old("torrent-set", { ids: 1, trackerList: "http://a/\nhttp://b/\n\nhttp://c/" });
    expect(tiers).toEqual([
      [["http://one/announce"], ["http://three/announce"]],
      [["http://new/announce"], ["http://two/announce"]],
      [["http://a/", "http://b/"], ["http://c/"]],
    ]);
    expect(await old("torrent-set", { ids: 1, trackerRemove: [9] })).toMatchObject({
      result: "tracker_remove: there is no tracker 9",
    });
  });

  it("refuses trackers, labels and names that the API would not take", async () => {
    const { old, acts, tiers } = scene();
    for (const trackerList of ["garbage", "http://a/\n".repeat(101), `http://a/${"x".repeat(3_000)}`])
      expect(await old("torrent-set", { ids: 1, trackerList })).toMatchObject({
        result: expect.stringContaining("trackers") as unknown,
      });
    expect(await old("torrent-set", { ids: 1, labels: ["x".repeat(101)] })).toMatchObject({
      result: expect.stringContaining("labels") as unknown,
    });
    expect(await old("torrent-rename-path", { ids: 1, path: "torrent a", name: "x".repeat(256) })).toMatchObject({
      result: expect.stringContaining("name") as unknown,
    });
    expect([acts, tiers]).toEqual([[], []]);
  });

  it("refuses numbers that no limit can have, and changes nothing", async () => {
    const { old, acts, settings } = scene();
    const before = structuredClone(settings);
    const torrent = ["uploadLimit", "downloadLimit", "seedIdleLimit", "seedRatioLimit"];
    const session = [
      "speed-limit-up",
      "speed-limit-down",
      "alt-speed-up",
      "alt-speed-down",
      "idle-seeding-limit",
      "seed-queue-size",
      "seedRatioLimit",
    ];
    for (const number of [1e99, -1]) {
      for (const name of torrent)
        expect(await old("torrent-set", { ids: 1, [name]: number }), `${name} ${number}`).toMatchObject({
          result: expect.stringMatching(/must be a number from 0 on/) as string,
        });
      for (const name of session)
        expect(await old("session-set", { [name]: number }), `${name} ${number}`).toMatchObject({
          result: expect.stringMatching(/must be a number from 0 on/) as string,
        });
    }
    expect(await old("session-set", { "speed-limit-up": 1e99, "speed-limit-up-enabled": false })).toMatchObject({
      result: expect.stringMatching(/speed_limit_up/) as string,
    });
    expect([acts, settings]).toEqual([[], before]);
  });

  it("returns a torrent and a field once, also when requested several times", async () => {
    const { old } = scene();
    expect(
      await old("torrent-get", { ids: [1, 1, HASHES[0], 1], format: "table", fields: ["id", "id", "name", "id"] }),
    ).toMatchObject({
      arguments: {
        torrents: [
          ["id", "name"],
          [1, "torrent a"],
        ],
      },
    });
  });

  it("moves to a place in the queue in one go", async () => {
    const { old, acts } = scene();
    await old("torrent-set", { ids: [2], queuePosition: 1 });
    await old("torrent-set", { ids: [2], queuePosition: -5 });
    expect(acts).toEqual([
      { action: "queue", ids: [HASHES[1]], to: 1 },
      { action: "queue", ids: [HASHES[1]], to: 0 },
    ]);
  });

  it("numbers the queue from 0 and without gaps", async () => {
    const { old, rows } = scene();
    rows.set(HASHES[0], row(HASHES[0], { queue: 9 }));
    rows.set(HASHES[1], row(HASHES[1], { queue: 4 }));
    expect(await old("torrent-get", { fields: ["queuePosition"] })).toMatchObject({
      arguments: { torrents: [{ queuePosition: 1 }, { queuePosition: 0 }] },
    });
  });

  it("keeps all labels", async () => {
    const { old, acts } = scene();
    await old("torrent-set", { ids: 1, labels: ["tv-sonarr", "imported"] });
    expect(acts).toEqual([{ action: "labels", ids: [HASHES[0]], labels: ["tv-sonarr", "imported"] }]);
    expect(await old("torrent-get", { ids: 1, fields: ["labels"] })).toMatchObject({
      arguments: { torrents: [{ labels: ["films", "new"] }] },
    });
  });

  it.each([
    [{ trackerProblem: { level: "error", message: "Unregistered torrent" } }, 2, "Unregistered torrent"],
    [{ trackerProblem: { level: "warning", message: "ratio is low" } }, 1, "ratio is low"],
    [
      { trackerProblem: { level: "error", message: "x" }, error: { code: "storage.full", message: "no space" } },
      3,
      "no space",
    ],
    [{}, 0, ""],
  ] satisfies [Partial<TorrentRow>, number, string][])(
    "tells what a tracker says as an error of its own kind: %j",
    async (changes, error, errorString) => {
      const { old, rows } = scene();
      rows.set(HASHES[0], row(HASHES[0], changes));
      expect(await old("torrent-get", { ids: 1, fields: ["error", "errorString"] })).toMatchObject({
        arguments: { torrents: [{ error, errorString }] },
      });
    },
  );

  it("returns times of activity and the limits of a torrent", async () => {
    const { old, rows } = scene();
    const fields = [
      "activityDate",
      "startDate",
      "secondsSeeding",
      "secondsDownloading",
      "isFinished",
      "peer-limit",
      "maxConnectedPeers",
      "seedIdleMode",
      "seedIdleLimit",
    ];
    const ask = async (): Promise<unknown> =>
      ((await old("torrent-get", { ids: 1, fields })) as { arguments: { torrents: unknown[] } }).arguments.torrents[0];
    expect(await ask()).toEqual({
      activityDate: 1_700_000_009,
      startDate: 0,
      secondsSeeding: 4,
      secondsDownloading: 3,
      isFinished: false,
      "peer-limit": 100,
      maxConnectedPeers: 100,
      seedIdleMode: 0,
      seedIdleLimit: 30,
    });
    const limits = {
      maxDownloadRate: null,
      maxUploadRate: null,
      seedRatio: null,
      seedSeconds: null,
      seedIdleSeconds: 120,
      maxPeers: 7,
    };
    rows.set(HASHES[0], Object.assign(row(HASHES[0], { state: "paused" }), { limits, isFinished: true }));
    expect(await ask()).toMatchObject({ isFinished: true, "peer-limit": 7, seedIdleMode: 1, seedIdleLimit: 2 });
  });

  it("takes limits of one torrent: peers, and idle seeding by its mode", async () => {
    const { old, acts } = scene();
    await old("torrent-set", { ids: 1, "peer-limit": 7, seedIdleMode: 1, seedIdleLimit: 5 });
    await old("torrent-set", { ids: 1, seedIdleMode: 0 });
    expect(acts).toEqual([
      { action: "limits", ids: [HASHES[0]], limits: { maxPeers: 7, seedIdleSeconds: 300 } },
      { action: "limits", ids: [HASHES[0]], limits: { seedIdleSeconds: null } },
    ]);
    expect(await old("torrent-set", { ids: 1, "peer-limit": 0 })).toMatchObject({
      result: expect.stringContaining("peer_limit") as unknown,
    });
  });

  it.each([
    [{ bandwidthPriority: 1 }, "bandwidth_priority is not supported; it is 0"],
    [{ honorsSessionLimits: false }, "honors_session_limits is not supported; it is true"],
    [{ nonsense: 1 }, "nonsense is not supported"],
  ])("refuses what would stay without effect on a torrent: %j", async (args, result) => {
    const { old, acts } = scene();
    expect(await old("torrent-set", { ids: 1, ...args })).toMatchObject({ result });
    expect(acts).toEqual([]);
    expect(await old("torrent-set", { ids: 1, bandwidthPriority: 0, honorsSessionLimits: true })).toMatchObject({
      result: "success",
    });
  });

  it("keeps the usual and the alternative limits apart", async () => {
    const { old, settings } = scene();
    const fields = ["alt-speed-enabled", "alt-speed-down", "speed-limit-down", "speed-limit-down-enabled"];
    await old("session-set", {
      "speed-limit-down": 5000,
      "speed-limit-down-enabled": true,
      "alt-speed-down": 10,
      "alt-speed-enabled": true,
    });
    expect(await old("session-get", { fields })).toMatchObject({
      arguments: {
        "alt-speed-enabled": true,
        "alt-speed-down": 10,
        "speed-limit-down": 5000,
        "speed-limit-down-enabled": true,
      },
    });
    await old("session-set", { "speed-limit-down": 300 });
    expect(settings).toMatchObject({ maxDownloadRate: 300_000, alternativeDownloadRate: 10_000, isAlternative: true });
    await old("session-set", { "alt-speed-enabled": false });
    expect(settings).toMatchObject({ maxDownloadRate: 300_000, alternativeDownloadRate: 10_000, isAlternative: false });
  });

  it.each([
    [
      {
        "alt-speed-time-enabled": true,
        "alt-speed-time-begin": 60,
        "alt-speed-time-end": 420,
        "alt-speed-time-day": 65,
      },
      { alternativeTimes: { isEnabled: true, from: "01:00", to: "07:00", days: [0, 6] } },
    ],
    [{ "idle-seeding-limit": 10, "idle-seeding-limit-enabled": true }, { seedIdleSeconds: 600 }],
    [{ "queue-stalled-enabled": true, "queue-stalled-minutes": 1 }, { stalledSeconds: 60 }],
    [{ "incomplete-dir": "/tmp/x", "incomplete-dir-enabled": true }, { incompleteDir: "/tmp/x" }],
    [{ seedRatioLimit: 1.5, seedRatioLimited: true }, { seedRatio: 1.5 }],
    [
      { "peer-limit-per-torrent": 30, "peer-limit-global": 90 },
      { maxPeers: 30, maxConnections: 90 },
    ],
    [{ "start-added-torrents": false }, { startAdded: false }],
  ])("honours %j, and tells it back", async (args, changed) => {
    const { old, settings } = scene();
    expect(await old("session-set", args)).toMatchObject({ result: "success" });
    expect(settings).toMatchObject(changed);
    expect(await old("session-get", { fields: Object.keys(args) })).toMatchObject({ arguments: args });
  });

  it("keeps a number for when its switch is turned on again", async () => {
    const { old, settings } = scene();
    await old("session-set", { "queue-stalled-minutes": 7 });
    expect(settings.stalledSeconds).toBeNull();
    await old("session-set", { "queue-stalled-enabled": true });
    await old("session-set", { "queue-stalled-enabled": false });
    expect(await old("session-get", { fields: ["queue-stalled-minutes", "queue-stalled-enabled"] })).toMatchObject({
      arguments: { "queue-stalled-minutes": 7, "queue-stalled-enabled": false },
    });
  });

  it.each([
    [
      { "peer-port": 51413 },
      "peer_port cannot be changed: set peer-port in the configuration and start the daemon again",
    ],
    [
      { "script-torrent-done-enabled": true },
      "script_torrent_done_enabled cannot be changed: a program to run can be set in the configuration file only (on-complete)",
    ],
    [{ encryption: "sometimes" }, "encryption must be tolerated, preferred or required"],
    [{ "made-up": 1, "start-added-torrents": false }, "made_up cannot be changed: it is not supported"],
    [{ "alt-speed-time-begin": 1440 }, "alt_speed_time_begin must be minutes after midnight, from 0 to 1439"],
  ])("refuses %j, and changes nothing", async (args, result) => {
    const { old, settings } = scene();
    expect(await old("session-set", args)).toMatchObject({ result });
    expect(settings).toEqual(SETTINGS);
  });

  it("switches the ways to find peers", async () => {
    const { old, settings } = scene();
    await old("session-set", { "dht-enabled": true, "lpd-enabled": true, "pex-enabled": false });
    expect(settings).toEqual({ ...SETTINGS, dht: true, lsd: true, pex: false });
    expect(await old("session-get", { fields: ["dht-enabled", "lpd-enabled", "pex-enabled"] })).toMatchObject({
      arguments: { "dht-enabled": true, "lpd-enabled": true, "pex-enabled": false },
    });
  });

  // Transmission has no name for `disabled`: it is shown as `tolerated`, and not changed by that.
  it.each([
    ["tolerated", "preferred", "allowed"],
    ["tolerated", "disabled", "disabled"],
    ["required", "preferred", "required"],
    ["preferred", "disabled", "preferred"],
  ] as const)("sets the encryption %s after %s", async (encryption, before, expected) => {
    const { old, settings } = scene();
    settings.encryption = before;
    await old("session-set", { encryption });
    expect(settings).toEqual({ ...SETTINGS, encryption: expected });
    expect(await old("session-get", { fields: ["encryption"] })).toMatchObject({ arguments: { encryption } });
  });

  it("takes a whole form in which only what can be changed is changed", async () => {
    const { old, settings } = scene();
    const { arguments: form } = (await old("session-get")) as { arguments: object };
    expect(await old("session-set", { ...form, "speed-limit-up": 20, "speed-limit-up-enabled": true })).toMatchObject({
      result: "success",
    });
    expect(settings).toEqual({ ...SETTINGS, maxUploadRate: 20_000 });
  });

  it("returns an unlimited ratio as its mode", async () => {
    const { old, acts, rows } = scene();
    await old("torrent-set", { ids: 1, seedRatioMode: 2 });
    const limits = {
      maxDownloadRate: null,
      maxUploadRate: null,
      seedRatio: acts[0]?.action === "limits" ? (acts[0].limits.seedRatio ?? null) : null,
      seedSeconds: null,
      seedIdleSeconds: null,
      maxPeers: null,
    };
    rows.set(HASHES[0], Object.assign(row(HASHES[0]), { limits }));
    expect(limits.seedRatio).toBeGreaterThan(1e15);
    expect(await old("torrent-get", { ids: 1, fields: ["seedRatioMode", "seedRatioLimit"] })).toMatchObject({
      arguments: { torrents: [{ seedRatioMode: 2, seedRatioLimit: 0 }] },
    });
  });

  it.each([
    "",
    "null",
    "[]",
    "5",
    '{"method":5}',
    '{"method":"toString"}',
    '{"method":"torrent-get","arguments":5}',
    '{"method":"torrent-get","arguments":{"fields":"id"}}',
    '{"method":"torrent-get","arguments":{"ids":{}}}',
    '{"method":"torrent-set","arguments":{"downloadLimit":"fast"}}',
  ])("answers %j with something", async (text) => {
    expect(await scene().rpc.respond(text)).toBeTypeOf("object");
  });
});
