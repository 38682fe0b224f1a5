import { describe, expect, it } from "vitest";
import { cryptoHasher } from "../../test/support/memory-source.ts";
import { latin1, utf8 } from "../base/index.ts";
import { decode, rawSlice } from "../bencode/index.ts";
import { editTorrent } from "./edit.ts";
import { parseMetainfo } from "./parse.ts";

// Keys of info out of order, a leading zero, an unknown key with bytes that are no text: all must survive.
const info = "d4:name1:a6:lengthi01e12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaa7:x-other2:\xff\xfee";
const original = latin1(
  `d8:announce9:http://a/13:announce-listll9:http://a/ee7:comment3:old13:comment.utf-83:old4:info${info}9:x-unknownd1:ai007eee`,
);

describe("editTorrent", () => {
  it("changes the named fields and keeps every other byte", () => {
    const edited = editTorrent(original, {
      trackers: [["udp://one:1", "udp://two:2"], ["http://three/"]],
      webSeeds: ["http://seed/"],
      comment: "new ✓",
      createdBy: "me",
      creationDate: new Date(86_400_999),
    });
    expect(rawSlice(edited, ["info"])).toEqual(latin1(info));
    expect(rawSlice(edited, ["x-unknown"])).toEqual(utf8("d1:ai007ee"));
    const metainfo = parseMetainfo(edited, cryptoHasher);
    expect(metainfo).toMatchObject({
      trackers: [["udp://one:1", "udp://two:2"], ["http://three/"]],
      webSeeds: ["http://seed/"],
      comment: "new ✓",
      createdBy: "me",
      creationDate: new Date(86_400_000),
    });
    expect(metainfo.infoHash?.hex).toBe(parseMetainfo(original, cryptoHasher).infoHash?.hex);
    expect(() => decode(edited)).not.toThrow();
  });

  it("takes fields out with null and empty lists, and leaves undefined ones", () => {
    const edited = editTorrent(original, { trackers: [], comment: null, webSeeds: [] });
    expect(parseMetainfo(edited, cryptoHasher)).toMatchObject({ trackers: [], comment: undefined });
    expect(edited).toEqual(latin1(`d4:info${info}9:x-unknownd1:ai007eee`));
    expect(parseMetainfo(editTorrent(original, {}), cryptoHasher)).toMatchObject({
      trackers: [["http://a/"]],
      comment: "old",
    });
  });

  it.each([
    [
      "an address that is none",
      () => editTorrent(original, { trackers: [["nonsense"]] }),
      "UsageError",
      "metainfo.url",
    ],
    ["a web seed that is none", () => editTorrent(original, { webSeeds: ["//x"] }), "UsageError", "metainfo.url"],
    ["no date", () => editTorrent(original, { creationDate: new Date(Number.NaN) }), "UsageError", "metainfo.date"],
    ["what is no torrent", () => editTorrent(utf8("de"), {}), "InputError", "metainfo.info"],
    ["what is no bencode", () => editTorrent(utf8("PK"), {}), "InputError", "bencode.syntax"],
  ])("refuses %s", (_what, edit, name, code) => {
    expect(edit).toThrow(expect.objectContaining({ name, code }));
  });
});
