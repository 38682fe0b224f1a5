import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { FileLayout } from "../metainfo/index.ts";
import { simWorld, type SimHost } from "../sim/index.ts";
import { FilePool } from "./files/file-pool.ts";
import { FileStorage } from "./files/file-storage.ts";
import { isOwnPath } from "./files/safe-folders.ts";

const LENGTH = 10;

function setUp(
  folder: string,
  name: string | undefined,
  path: readonly string[],
  own: readonly string[],
): { readonly host: SimHost; readonly storage: FileStorage } {
  const host = simWorld({ digest }).host("10.0.0.1");
  host.disk.put("/d/state/torrents.jsonl", new Uint8Array(3));
  host.disk.put("/d/state/resume/x.resume", new Uint8Array(3));
  const file = {
    path,
    length: LENGTH,
    isPadding: false,
    isExecutable: false,
    isHidden: false,
    symlinkPath: undefined,
    piecesRoot: undefined,
  };
  const layout = new FileLayout([file], 16_384);
  const { files } = host.runtime;
  return {
    host,
    storage: new FileStorage({
      files,
      pool: new FilePool(files),
      layout,
      folder,
      name,
      partPath: "/d/state/resume/x.parts",
      ownFolders: own,
    }),
  };
}

describe("FileStorage with folders of the program's own", () => {
  it.each([
    ["a file in the state folder", "/d", "state", ["torrents.jsonl"]],
    ["a file deep in it", "/d", "state", ["resume", "x.resume"]],
    ["a new file in it", "/d", "state", ["new"]],
    ["a file in a folder that differs in case", "/d", "STATE", ["torrents.jsonl"]],
    ["the download folder being the state folder", "/d/state", undefined, ["torrents.jsonl"]],
    ["the download folder inside the state folder", "/d/state/resume", undefined, ["x.resume"]],
    ["a link to it", "/d", "link", ["torrents.jsonl"]],
  ])("writes and deletes nothing for %s", async (_what, folder, name, path) => {
    const { host, storage } = setUp(folder, name, path, ["/d/state", "/d/state/resume", "/d/state/torrents"]);
    host.disk.link("/d/link", "/d/state");
    const before = host.disk.paths();
    await expect(storage.write(0, [new Uint8Array(LENGTH).fill(1)])).rejects.toMatchObject({
      code: "storage.own-folder",
    });
    await expect(storage.remove()).rejects.toMatchObject({ code: "storage.own-folder" });
    expect(host.disk.paths()).toEqual(before);
    expect(host.disk.get("/d/state/torrents.jsonl")).toEqual(new Uint8Array(3));
  });

  it.each([
    ["beside it", "/d", "films", ["a"]],
    ["in a folder whose name has the same beginning", "/d", "state2", ["a"]],
    ["in a download folder within it", "/d/state/downloads", "x", ["a"]],
  ])("writes %s", async (_what, folder, name, path) => {
    const { host, storage } = setUp(folder, name, path, ["/d/state", "/d/state/resume"]);
    await storage.write(0, [new Uint8Array(LENGTH).fill(1)]);
    expect(
      host.disk.get(
        storage.path({
          path,
          index: 0,
          offset: 0,
          length: LENGTH,
          isPadding: false,
          isExecutable: false,
          isHidden: false,
          symlinkPath: undefined,
          piecesRoot: undefined,
        }),
      )?.length,
    ).toBe(LENGTH);
  });
});

describe("isOwnPath", () => {
  it("treats spellings of one name as equal", () => {
    expect(isOwnPath(["/d/\u00e9tat"], "/d", "/D/E\u0301TAT/x")).toBe(true);
    expect(isOwnPath(["/d/state"], "/d", "/d/statement/x")).toBe(false);
  });
});
