import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";
import { StorageError, utf8 } from "../../../base/index.ts";

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
    s.host.disk.put("/watch/a.magnet", utf8("http://10.0.0.99/missing.torrent"), 1);
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
