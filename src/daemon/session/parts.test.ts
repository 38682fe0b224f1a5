import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SessionStage } from "../../../test/support/session-stage.ts";
import { digest } from "../../../test/support/stage.ts";
import { StorageError, utf8 } from "../../base/index.ts";
import { silentLog } from "../../runtime/index.ts";
import { simWorld } from "../../sim/index.ts";
import { CompletionScript } from "./running/completion.ts";
import { HOUR_ENTRIES, HOUR_MS, MAX_LOG_LINES, MAX_LOG_TEXT, RECENT_ENTRIES } from "./limits.ts";
import { LogRing } from "./log-ring.ts";
import { newRecord } from "./records/record.ts";
import { TransferStatistics } from "./records/statistics.ts";

describe("the watch folder", () => {
  let s: SessionStage;
  afterEach(() => s.close());
  const names = (): string[] => s.host.disk.paths().filter((path) => path.startsWith("/watch/"));

  it("adds files when they are complete, and renames invalid ones", async () => {
    s = await SessionStage.begin();
    s.host.disk.put("/watch/notes.txt", utf8("not a torrent"));
    const session = await s.open({ watchDir: "/watch" });
    s.host.disk.put("/watch/a.torrent", s.torrent.slice(0, 100), 1);
    await s.run(10_500);
    s.host.disk.put("/watch/a.torrent", s.torrent, 2);
    s.host.disk.put("/watch/b.torrent", utf8("d3:fooe"), 1);
    expect(session.torrents.list()).toEqual([]);
    await s.run(25_000);
    expect(session.torrents.list().map(({ name }) => name)).toEqual(["one.bin"]);
    expect(names().toSorted()).toEqual(["/watch/a.torrent.added", "/watch/b.torrent.invalid", "/watch/notes.txt"]);
    s.host.disk.put("/watch/again.torrent", s.torrent, 3);
    await s.run(25_000);
    expect(names()).toContain("/watch/again.torrent.added");
    expect(session.torrents.list()).toHaveLength(1);
  });

  it("waits for the rest of a file whose writer pauses for longer than any settling time", async () => {
    s = await SessionStage.begin();
    s.host.disk.put("/watch/a.torrent", s.torrent.slice(0, 100), 1);
    const session = await s.open({ watchDir: "/watch" });
    await s.run(10 * 60_000);
    expect([session.torrents.list(), names()]).toEqual([[], ["/watch/a.torrent"]]);
    expect(
      session.log
        .lines()
        .filter(({ level }) => level === "warn")
        .map(({ message }) => message),
    ).toEqual([expect.stringContaining("is incomplete")]);
    s.host.disk.put("/watch/a.torrent", s.torrent, 2);
    await s.run(11_000);
    expect(session.torrents.list()).toHaveLength(1);
    expect(names()).toEqual(["/watch/a.torrent.added"]);
  });

  it("takes a file that cannot be renamed once: what is removed stays removed, over restarts, until the file changes", async () => {
    s = await SessionStage.begin();
    s.host.disk.put("/watch/a.torrent", s.torrent, 1);
    s.host.disk.fault = (operation, path) =>
      operation === "rename" && path.startsWith("/watch/")
        ? new StorageError("storage.read-only", `${path}: read-only`)
        : undefined;
    const session = await s.open({ watchDir: "/watch" });
    await s.run(15_000);
    const [id = ""] = session.torrents.list().map((row) => row.id);
    await s.wait(session.torrents.act({ action: "remove", ids: [id] }));
    await s.run(30_000);
    expect(session.torrents.list()).toEqual([]);
    await s.wait(session.close());
    const again = await s.open({ watchDir: "/watch" });
    await s.run(30_000);
    expect([again.torrents.list(), names()]).toEqual([[], ["/watch/a.torrent"]]);
    s.host.disk.put("/watch/a.torrent", s.torrent, 2);
    await s.run(15_000);
    expect(again.torrents.list()).toHaveLength(1);
  });

  it("adds what comes after a file that cannot be added now, and complains of that once", async () => {
    s = await SessionStage.begin();
    s.host.disk.put("/watch/a.magnet", utf8("http://10.0.0.99/nobody.torrent"), 1);
    s.host.disk.put("/watch/b.torrent", s.torrent, 1);
    const session = await s.open({ watchDir: "/watch" });
    await s.run(180_000);
    expect(session.torrents.list().map(({ name }) => name)).toEqual(["one.bin"]);
    expect(names().toSorted()).toEqual(["/watch/a.magnet", "/watch/b.torrent.added"]);
    expect(session.log.lines().filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("changes with the setting, and logs a missing folder once", async () => {
    s = await SessionStage.begin();
    const session = await s.open({ watchDir: "/nowhere" });
    await s.run(60_000);
    expect(session.log.lines().filter(({ level }) => level === "warn")).toHaveLength(1);
    s.host.disk.put("/watch/a.torrent", s.torrent, 1);
    await s.wait(session.settings.change({ watchDir: "/watch" }));
    await s.run(15_000);
    expect(session.torrents.list()).toHaveLength(1);
  });
});

describe("a damaged record", () => {
  let s: SessionStage;
  afterEach(() => s.close());

  it("loses the settings of its torrent only", async () => {
    s = await SessionStage.begin();
    const id = s.play.metainfo.infoHash?.hex ?? "";
    const good = newRecord({
      id: "b".repeat(40),
      addedAt: 1,
      folder: "/data",
      magnet: `magnet:?xt=urn:btih:${"b".repeat(40)}`,
      label: "kept",
    });
    s.host.disk.put(`/state/torrents/${id}.torrent`, s.torrent);
    s.host.disk.put("/state/settings.json", utf8(`{"maxPeers": "many", "maxUploadRate": 5000}`));
    s.host.disk.put("/state/statistics.json", utf8("damaged"));
    s.host.disk.put("/state/torrents.jsonl", utf8(`{"id":"${id}","added\n${JSON.stringify(good)}\n`));
    const session = await s.open();
    expect(session.torrents.list()).toMatchObject([
      { id: good.id, label: "kept" },
      { id, state: "paused", name: "one.bin", label: "" },
    ]);
    expect(session.settings.get()).toMatchObject({ maxPeers: 100, maxUploadRate: 5_000 });
    await s.wait(session.close());
    expect((await s.open()).torrents.list()).toHaveLength(2);
  });

  it("does not affect other torrents when the torrent file is damaged, too", async () => {
    s = await SessionStage.begin();
    const id = s.play.metainfo.infoHash?.hex ?? "";
    s.host.disk.put(`/state/torrents/${"c".repeat(40)}.torrent`, utf8("nonsense"));
    s.host.disk.put(`/state/torrents/${id}.torrent`, s.torrent);
    const lines = ["c".repeat(40), id].map((each, at) =>
      JSON.stringify(newRecord({ id: each, addedAt: at, folder: "/data" })),
    );
    s.host.disk.put("/state/torrents.jsonl", utf8(`${lines.join("\n")}\n`));
    const session = await s.open();
    expect(session.torrents.list().map((row) => row.id)).toEqual([id]);
    expect(session.log.lines().some(({ level, torrent }) => level === "error" && torrent === "c".repeat(40))).toBe(
      true,
    );
  });
});

describe("CompletionScript", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/millrace-`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(text: string): string {
    const path = `${folder}/script`;
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it("gets the torrent in its environment, and never runs a name as a command", async () => {
    const script = new CompletionScript(
      program(
        `printf '%s|' "$MILLRACE_ID" "$MILLRACE_NAME" "$MILLRACE_PATH" "$MILLRACE_LABEL" "$MILLRACE_TOKEN" "$#" > ${folder}/out; mv ${folder}/out ${folder}/done`,
      ),
      silentLog,
    );
    vi.stubEnv("MILLRACE_TOKEN", "a secret");
    const name = `$(touch ${folder}/hacked) ; \`touch ${folder}/hacked\` "'\n--help`;
    script.run({ id: "1", name, path: `/data/${name}`, label: "tv\0x" });
    const out = await vi.waitFor(() => readFileSync(`${folder}/done`, "utf8"), 10_000);
    expect(out).toBe(`1|${name}|/data/${name}|tvx||0|`);
    vi.unstubAllEnvs();
    expect(() => readFileSync(`${folder}/hacked`)).toThrow("ENOENT");
    await script.close();
  });

  it.each([
    ["exits with 3", "exit 3", "exit status 3"],
    ["is not there", undefined, "ENOENT"],
  ])("that %s is told in the log", async (_, text, reason) => {
    const error = vi.fn<(message: string, fields?: object) => void>();
    const script = new CompletionScript(text === undefined ? `${folder}/nothing` : program(text), {
      ...silentLog,
      error,
    });
    script.run({ id: "1", name: "n", path: "/p", label: "" });
    await vi.waitFor(() => expect(JSON.stringify(error.mock.calls)).toContain(reason), 10_000);
    await script.close();
  });

  it("is ended when the daemon ends", async () => {
    const script = new CompletionScript(program(`echo > ${folder}/began; exec sleep 100`), silentLog);
    script.run({ id: "1", name: "n", path: "/p", label: "" });
    await vi.waitFor(() => readFileSync(`${folder}/began`), 10_000);
    await expect(script.close()).resolves.toBeUndefined();
  });
});

describe("LogRing", () => {
  it("keeps the last lines, numbered on, each not longer than it may be, and passes all on", () => {
    const { clock } = simWorld({ digest }).host("10.0.0.1").runtime;
    const info = vi.fn<(message: string) => void>();
    const told: number[] = [];
    const ring = new LogRing(clock, { ...silentLog, info }, ({ id }) => told.push(id));
    for (let n = 1; n <= MAX_LOG_LINES + 5; n++) ring.info(`line ${n}`, { infoHash: "a".repeat(40), code: "x.y" });
    ring.debug("not for the page");
    ring.warn("w".repeat(MAX_LOG_TEXT * 2), { infoHash: "not one" });
    expect(ring.lines()).toHaveLength(MAX_LOG_LINES);
    expect(ring.lines()[0]).toMatchObject({ id: 7, message: "line 7; code: x.y", torrent: "a".repeat(40) });
    expect(ring.lines(MAX_LOG_LINES + 5)).toMatchObject([{ id: MAX_LOG_LINES + 6, level: "warn", torrent: null }]);
    expect(ring.lines().at(-1)?.message.length).toBe(MAX_LOG_TEXT);
    expect([ring.lines(1e9), told.length, info.mock.calls.length]).toEqual([[], MAX_LOG_LINES + 6, MAX_LOG_LINES + 5]);
  });
});

describe("TransferStatistics", () => {
  it("averages by ten seconds and by the hour, bounded, over restarts", async () => {
    const world = simWorld({ digest });
    const { files } = world.host("10.0.0.1").runtime;
    const first = new TransferStatistics(files, "/statistics.json");
    const start = 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS);
    for (let second = 0; second < 7_200; second++) first.count(start + second * 1000, 1_000, second < 3_600 ? 0 : 500);
    expect(first.history().recent).toHaveLength(RECENT_ENTRIES);
    expect(first.history().recent.at(-1)).toEqual({ at: start + 7_190_000, down: 1_000, up: 500 });
    expect(first.history().hours).toEqual([
      { at: start, down: 1_000, up: 0 },
      { at: start + HOUR_MS, down: 1_000, up: 500 },
    ]);
    await world.settled(first.save(), 1_000);
    const second = new TransferStatistics(files, "/statistics.json");
    await world.settled(second.load(silentLog), 1_000);
    expect([second.totals, second.session]).toEqual([
      { downloaded: 7_200_000, uploaded: 1_800_000 },
      { downloaded: 0, uploaded: 0 },
    ]);
    for (let hour = 2; hour < HOUR_ENTRIES + 50; hour++) second.count(start + hour * HOUR_MS, 1, 1);
    expect(second.history().hours).toHaveLength(HOUR_ENTRIES);
    await world.settled(second.save(), 1_000);
    const third = new TransferStatistics(files, "/statistics.json");
    await world.settled(third.load(silentLog), 1_000);
    expect(third.history()).toEqual(second.history());
  });
});
