import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";
import { StorageError } from "../../../base/index.ts";
import { TransmissionRpc } from "../../rpc/index.ts";
import type { DaemonSession } from "../index.ts";

let s: SessionStage;
afterEach(() => s.close());

const SIZES = { "a.bin": 300_000, "b.bin": 100_000 };
const dataPaths = (): string[] =>
  s.host.disk
    .paths()
    .filter((path) => path.startsWith("/data/") && !path.includes("/.millrace/"))
    .toSorted();
const under = (name: string): string[] => [`/data/${name}/a.bin`, `/data/${name}/b.bin`];

/** A session that has downloaded the play. */
async function seeding(): Promise<readonly [DaemonSession, string]> {
  const session = await s.open();
  const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
  await s.reach(session, id, "seeding");
  return [session, id];
}

describe("DaemonSession.patch of diskName", () => {
  it("renames on the disk, and the next run seeds on from there without a check", async () => {
    s = await SessionStage.begin(SIZES);
    const [first, id] = await seeding();
    await s.wait(first.torrents.patch(id, { diskName: "New Name" }));
    expect([first.torrents.row(id), dataPaths()]).toMatchObject([
      { name: "New Name", diskName: "New Name" },
      under("New Name"),
    ]);
    await s.reach(first, id, "seeding");
    await s.wait(first.close());
    let reads = 0;
    s.host.disk.fault = (operation, path) => {
      if (operation === "read" && path.startsWith("/data/")) reads++;
      return undefined;
    };
    const second = await s.open();
    expect(await s.reach(second, id, "seeding")).toBe(true);
    expect([second.torrents.row(id)?.diskName, dataPaths(), reads]).toEqual(["New Name", under("New Name"), 0]);
  });

  it("leaves the name in the list as the user chose it", async () => {
    s = await SessionStage.begin(SIZES);
    const [session, id] = await seeding();
    await s.wait(session.torrents.patch(id, { name: "Pretty" }));
    await s.wait(session.torrents.patch(id, { diskName: "other" }));
    expect(session.torrents.row(id)).toMatchObject({ name: "Pretty", diskName: "other" });
  });

  it.each([
    ["before the data has its new name", "play"],
    ["after the data has its new name", "other"],
  ])("that a crash cuts short %s loses nothing", async (_when, now) => {
    s = await SessionStage.begin(SIZES);
    const [first, id] = await seeding();
    let isBegun = false;
    // The disk stands still from there on: the record says that it was begun, and nothing more is written.
    s.host.disk.fault = (operation, path) => {
      if (operation === "rename" && path === "/data/play") {
        isBegun = true;
        return now === "play" ? new StorageError("storage.failed", "the machine went off") : undefined;
      }
      return isBegun && operation !== "stat" && operation !== "sync" && path.startsWith("/state/")
        ? new StorageError("storage.failed", "the machine went off")
        : undefined;
    };
    await s.wait(first.torrents.patch(id, { diskName: "other" }).catch(() => undefined));
    expect([isBegun, dataPaths()]).toEqual([true, under(now)]);
    s.host.crash();
    s.host.disk.fault = undefined;
    const second = await s.open();
    expect(await s.reach(second, id, "seeding")).toBe(true);
    expect([second.torrents.row(id)?.diskName, second.torrents.row(id)?.downloaded, dataPaths()]).toEqual([
      now,
      first.torrents.row(id)?.downloaded,
      under(now),
    ]);
  });

  it("does nothing when that cannot be remembered", async () => {
    s = await SessionStage.begin(SIZES);
    const [session, id] = await seeding();
    s.host.disk.fault = (operation, path) =>
      operation === "write" && path.startsWith("/state/") ? new StorageError("storage.full", "no room") : undefined;
    await expect(s.wait(session.torrents.patch(id, { diskName: "other" }))).rejects.toMatchObject({
      code: "storage.full",
    });
    s.host.disk.fault = undefined;
    await s.run(1_000);
    expect([session.torrents.row(id), dataPaths()]).toMatchObject([
      { diskName: "play", state: "seeding" },
      under("play"),
    ]);
  });

  it("is found again when the record is lost", async () => {
    s = await SessionStage.begin(SIZES);
    const [first, id] = await seeding();
    await s.wait(first.torrents.patch(id, { diskName: "other" }));
    await s.reach(first, id, "seeding");
    await s.wait(first.close());
    s.host.disk.put("/state/torrents.jsonl", new Uint8Array());
    const second = await s.open();
    expect(second.torrents.row(id)).toMatchObject({ diskName: "other", state: "paused" });
    await s.wait(second.torrents.act({ action: "start", ids: [id] }));
    expect(await s.reach(second, id, "seeding")).toBe(true);
    expect(dataPaths()).toEqual(under("other"));
  });
});

describe("torrent-rename-path", () => {
  const call = async (session: DaemonSession, method: string, args: object): Promise<unknown> => {
    const rpc = new TransmissionRpc({ session, version: "1", stateDir: "/state", onShutdown: () => undefined });
    return s.wait(Promise.resolve(rpc.respond(JSON.stringify({ method, arguments: args }))));
  };

  it("renames on the disk and returns path, name and id; name and files are those on the disk", async () => {
    s = await SessionStage.begin(SIZES);
    const [session] = await seeding();
    expect(await call(session, "torrent-rename-path", { ids: [1], path: "play", name: "New Name" })).toMatchObject({
      result: "success",
      arguments: { path: "play", name: "New Name", id: 1 },
    });
    expect(dataPaths()).toEqual(under("New Name"));
    expect(await call(session, "torrent-get", { fields: ["name", "downloadDir", "files"] })).toMatchObject({
      arguments: {
        torrents: [
          { name: "New Name", downloadDir: "/data", files: [{ name: "New Name/a.bin" }, { name: "New Name/b.bin" }] },
        ],
      },
    });
  });

  it.each([
    ["play", ".", "cannot be the name"],
    ["play", "..", "cannot be the name"],
    ["play", "../up", "cannot be the name"],
    ["play", ".millrace", "cannot be the name"],
    ["play", "é".repeat(128), "cannot be the name"],
    ["play", "", "name is missing"],
    ["play", "taken", "exists already"],
    ["play/a.bin", "c.bin", "not the files"],
    ["else", "new", "path must be"],
  ])("refuses %j to %j, and changes nothing", async (path, name, message) => {
    s = await SessionStage.begin(SIZES);
    const [session] = await seeding();
    s.host.disk.put("/data/taken", new Uint8Array(3));
    expect(await call(session, "torrent-rename-path", { ids: [1], path, name })).toMatchObject({
      result: expect.stringContaining(message) as unknown,
    });
    expect(dataPaths()).toEqual([...under("play"), "/data/taken"]);
    expect(await call(session, "torrent-get", { fields: ["name"] })).toMatchObject({
      arguments: { torrents: [{ name: "play" }] },
    });
  });
});
