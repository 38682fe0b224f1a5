import { describe, expect, it } from "vitest";
import { folderFor } from "./folders.ts";

describe("folderFor", () => {
  const settings = { downloadDir: "/data", labels: { tv: "/tv", music: "songs", none: "" } };
  it.each([
    ["", undefined, "/data"],
    ["tv", undefined, "/tv"],
    ["music", undefined, "/data/songs"],
    ["none", undefined, "/data"],
    ["unknown", undefined, "/data"],
    ["constructor", undefined, "/data"],
    ["tv", "/else/", "/else"],
    ["", "below/../here", "/data/here"],
  ])("label %j, folder %j: %s", (label, folder, result) => expect(folderFor(settings, label, folder)).toBe(result));

  it("refuses what is no folder", () =>
    expect(() => folderFor(settings, "", "a\0b")).toThrow(expect.objectContaining({ code: "session.folder" })));
});
