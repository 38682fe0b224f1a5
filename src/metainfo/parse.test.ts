import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cryptoHasher, merkle } from "../../test/support/memory-source.ts";
import { latin1, toHex, utf8 } from "../base/index.ts";
import { encode, keyFromBytes } from "../bencode/index.ts";
import type { BInput } from "../bencode/index.ts";
import {
  MAX_PATH_COMPONENTS,
  MAX_PIECE_LENGTH,
  MAX_PIECES,
  MAX_TORRENT_LENGTH,
  MAX_URL_LENGTH,
  MAX_URLS,
} from "./limits.ts";
import type { Metainfo } from "./metainfo.ts";
import { metainfoFromInfo, parseMetainfo } from "./parse.ts";

type Dict = Readonly<Record<string, BInput | undefined>>;

const parse = (bytes: Uint8Array): Metainfo => parseMetainfo(bytes, cryptoHasher);
const code = (expected: string): unknown => expect.objectContaining({ name: "InputError", code: expected });

function torrent(info: Dict, outer: Dict = {}): Uint8Array {
  return encode({ ...outer, info });
}

/** A v1 info dictionary of one file of 40,000 bytes, or of many. */
const single: Dict = { name: "file.bin", length: 40_000, "piece length": 16_384, pieces: new Uint8Array(60).fill(7) };

function many(files: readonly Dict[], more: Dict = {}): Dict {
  const total = files.reduce((sum, file) => sum + Number(file["length"] ?? 0), 0);
  return {
    name: "root",
    files,
    "piece length": 16_384,
    pieces: new Uint8Array(Math.ceil(total / 16_384) * 20),
    ...more,
  };
}

const paths = (metainfo: Metainfo): string[] => metainfo.files.map((file) => file.path.join("/"));

describe("parseMetainfo of v1", () => {
  it("reads a single file", () => {
    const bytes = torrent(
      { ...single, private: 1, source: "SRC" },
      { announce: "http://t.example/announce", comment: "hello", "created by": "x/1", "creation date": 1_700_000_000 },
    );
    const metainfo = parse(bytes);
    expect(metainfo).toMatchObject({
      version: "v1",
      name: "file.bin",
      isSingleFile: true,
      pieceLength: 16_384,
      pieceCount: 3,
      totalSize: 40_000,
      isPrivate: true,
      source: "SRC",
      comment: "hello",
      createdBy: "x/1",
      creationDate: new Date(1_700_000_000_000),
      trackers: [["http://t.example/announce"]],
      infoHashV2: undefined,
    });
    expect(paths(metainfo)).toEqual(["file.bin"]);
    expect(metainfo.id).toBe(metainfo.infoHash);
    expect(metainfo.infoHash?.hex).toBe(
      toHex(cryptoHasher.digestSync("sha1", encode({ ...single, private: 1, source: "SRC" }))),
    );
    expect(metainfo.pieceHash(2)).toEqual(new Uint8Array(20).fill(7));
    expect(() => metainfo.pieceHash(3)).toThrow(code("metainfo.piece-index"));
    expect(metainfo.pieceLayer(0)).toBeUndefined();
    expect(metainfo.torrentBytes()).toEqual(bytes);
  });

  it("hashes the info dictionary's bytes as they stand, canonical or not", () => {
    const info = "d12:piece lengthi016384e4:name1:a6:lengthi1e6:pieces20:aaaaaaaaaaaaaaaaaaaae";
    const metainfo = parse(utf8(`d4:info${info}8:announce8:http://xe`));
    expect(metainfo.infoHash?.hex).toBe(toHex(cryptoHasher.digestSync("sha1", utf8(info))));
    expect(metainfo.infoBytes).toEqual(utf8(info));
    expect(() => parseMetainfo(utf8(`d4:info${info}8:announce8:http://xe`), cryptoHasher, { strict: true })).toThrow(
      code("bencode.leading-zero"),
    );
  });

  it("reads files that need no closer look as it reads the same files beside one that does", () => {
    const files = Array.from({ length: 40 }, (_, index) => ({
      length: index,
      path: [`dir ${index % 3}`, `file ${index}.txt`],
    }));
    const plain = parse(torrent(many(files))).files;
    // "x" clashes with "X", so that every file takes the other way.
    const beside = parse(torrent(many([...files, { length: 0, path: ["x"] }, { length: 0, path: ["X"] }]))).files;
    expect(beside.slice(0, 40)).toEqual(plain);
    expect(beside.slice(40).map((file) => file.path)).toEqual([["x"], ["X.1"]]);
  });

  it("counts no bytes for a symbolic link, with any length (BEP 47)", () => {
    const metainfo = parse(
      torrent(
        many([
          { length: 4, attr: "l", path: ["link"], "symlink path": ["a"] },
          { length: 5, path: ["a"] },
        ]),
      ),
    );
    expect(metainfo.files.map((file) => [file.length, file.symlinkPath])).toEqual([
      [0, ["a"]],
      [5, undefined],
    ]);
    expect(metainfo.layout.totalLength).toBe(5);
  });

  it.each([
    ["plain entries", {}],
    ["entries with attributes", { attr: "x" }],
  ])("knows padding by the name that BitComet gives it, among %s", (_what, more) => {
    const name = "_____padding_file_0_if you see this file, please update to BitComet 0.85 or above____";
    const listed = [["a"], [name], ["dir", "b"], ["dir", name], [`x${name}`], [name, "c"]];
    const metainfo = parse(torrent(many(listed.map((path) => ({ length: 100, path, ...more })))));
    expect(metainfo.files.map((file) => file.isPadding)).toEqual([false, true, false, true, false, false]);
    expect(metainfo.totalSize).toBe(400);
    expect(parse(torrent({ ...single, name })).files[0]?.isPadding).toBe(false);
  });

  it("gives two files of one path a name each", () => {
    expect(
      paths(
        parse(
          torrent(
            many([
              { length: 1, path: ["a"] },
              { length: 2, path: ["a"] },
            ]),
          ),
        ),
      ),
    ).toEqual(["a", "a.1"]);
  });

  it("takes the first of a key that appears twice", () => {
    const info = "d6:lengthi5e6:lengthi7e4:name1:a4:name1:b12:piece lengthi16384e6:pieces20:01234567890123456789e";
    const metainfo = parse(utf8(`d8:announce8:http://a8:announce8:http://b4:info${info}e`));
    expect([metainfo.name, metainfo.totalSize, metainfo.trackers]).toEqual(["a", 5, [["http://a"]]]);
    expect(() => parseMetainfo(utf8(`d4:info${info}e`), cryptoHasher, { strict: true })).toThrow(code("bencode.order"));
  });

  it("reads many files with padding and attributes (BEP 47)", () => {
    const metainfo = parse(
      torrent(
        many([
          { length: 10, path: ["a", "run.sh"], attr: "x" },
          { length: 16_374, path: [".pad", "16374"], attr: "p" },
          { length: 5, path: ["b"], attr: "h" },
          { length: 16_379, attr: "p" },
          { attr: "l", path: ["link"], "symlink path": ["a", "..", "run.sh"] },
          { length: 0, path: ["empty"] },
        ]),
      ),
    );
    expect(paths(metainfo)).toEqual(["a/run.sh", ".pad/16374", "b", ".pad/16379", "link", "empty"]);
    expect(metainfo.files.map((file) => [file.isExecutable, file.isPadding, file.isHidden])).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
      [false, true, false],
      [false, false, false],
      [false, false, false],
    ]);
    expect(metainfo.files[4]?.symlinkPath).toEqual(["a", "run.sh"]);
    expect(metainfo.totalSize).toBe(15);
    expect(metainfo.layout.totalLength).toBe(32_768);
    expect(metainfo.isSingleFile).toBe(false);
  });

  it("makes hostile names safe and repairs those that are not UTF-8", () => {
    const metainfo = parse(
      torrent(
        many(
          [
            { length: 1, path: ["..", "..", "etc", "passwd"] },
            { length: 1, path: ["/abs"] },
            { length: 1, path: [latin1("caf\xe9")] },
            { length: 1, path: ["legacy"], "path.utf-8": ["日本"] },
            { length: 1, path: ["CON"] },
            { length: 1, path: ["con"] },
          ],
          { name: "../up" },
        ),
      ),
    );
    expect(paths(metainfo)).toEqual(["_/_/etc/passwd", "_abs", "café", "日本", "_CON", "_con.1"]);
    expect([metainfo.name, metainfo.rawName]).toEqual([".._up", "../up"]);
  });

  it("reads names in the encoding that the torrent names", () => {
    const metainfo = parse(torrent({ ...single, name: latin1("\x93\xfa\x96\x7b") }, { encoding: "Shift_JIS" }));
    expect([metainfo.name, metainfo.encoding]).toEqual(["日本", "Shift_JIS"]);
  });

  it("takes an empty torrent name for the info-hash", () => {
    const metainfo = parse(torrent({ ...single, name: "" }));
    expect(metainfo.name).toBe(metainfo.infoHash?.hex);
  });

  it.each([1, 1_000, 25_344, 100_000, 270_544, MAX_PIECE_LENGTH])("reads pieces of %i bytes", (pieceLength) => {
    const length = pieceLength === 1 ? 5 : 1_000_000;
    const pieces = new Uint8Array(Math.ceil(length / pieceLength) * 20);
    const { layout } = parse(torrent({ name: "odd", length, "piece length": pieceLength, pieces }));
    expect([layout.pieceLength, layout.pieceCount]).toEqual([pieceLength, pieces.length / 20]);
  });

  it("has no pieces when every file is empty", () => {
    expect(parse(torrent(many([{ length: 0, path: ["a"] }]))).pieceCount).toBe(0);
  });

  it.each<[string, Uint8Array, string]>([
    ["a web page", utf8("<!DOCTYPE html><title>Log in</title>"), "metainfo.web-page"],
    ["text", utf8("Not found"), "bencode.syntax"],
    ["nothing", new Uint8Array(0), "bencode.truncated"],
    ["a list", utf8("le"), "bencode.syntax"],
    ["no info", encode({ announce: "http://x" }), "metainfo.info"],
    ["info that is text", encode({ info: "text" }), "metainfo.info"],
    ["no name", torrent({ ...single, name: undefined }), "metainfo.name"],
    ["a name that is a number", torrent({ ...single, name: 5 }), "metainfo.name"],
    ["no pieces", torrent({ ...single, pieces: undefined }), "bencode.missing"],
    ["pieces of a wrong length", torrent({ ...single, pieces: new Uint8Array(59) }), "metainfo.pieces"],
    ["too few pieces", torrent({ ...single, pieces: new Uint8Array(40) }), "metainfo.pieces"],
    ["too many pieces", torrent({ ...single, pieces: new Uint8Array(80) }), "metainfo.pieces"],
    ["no piece length", torrent({ ...single, "piece length": undefined }), "metainfo.piece-length"],
    ["a piece length of zero", torrent({ ...single, "piece length": 0 }), "bencode.range"],
    ["a negative piece length", torrent({ ...single, "piece length": -16_384 }), "bencode.range"],
    [
      "a piece length over the limit",
      torrent({ ...single, "piece length": MAX_PIECE_LENGTH * 2 }),
      "metainfo.piece-length",
    ],
    ["a negative length", torrent({ ...single, length: -1 }), "bencode.range"],
    ["a length beyond 2^53", torrent({ ...single, length: 2n ** 60n }), "bencode.range"],
    ["neither length nor files", torrent({ ...single, length: undefined }), "metainfo.files"],
    ["no files", torrent(many([])), "metainfo.files"],
    ["files that are no list", torrent({ ...many([]), files: "x" }), "metainfo.files"],
    ["a file that is no dictionary", torrent({ ...many([]), files: [1] }), "metainfo.files"],
    ["a file without a path", torrent(many([{ length: 1 }])), "metainfo.path"],
    ["a file with an empty path", torrent(many([{ length: 1, path: [] }])), "metainfo.path"],
    ["a path of numbers", torrent(many([{ length: 1, path: [1] }])), "metainfo.path"],
    [
      "a path that never ends",
      torrent(many([{ length: 1, path: Array.from({ length: MAX_PATH_COMPONENTS + 1 }, () => "a") }])),
      "metainfo.path",
    ],
    [
      "sizes beyond 2^53 together",
      torrent({
        ...many([]),
        files: [
          { length: Number.MAX_SAFE_INTEGER, path: ["a"] },
          { length: 9, path: ["b"] },
        ],
      }),
      "metainfo.size",
    ],
    ["a symbolic link without a path", torrent(many([{ attr: "l", "symlink path": ["a"] }])), "metainfo.path"],
    ["a version from the future", torrent({ ...single, "meta version": 3 }), "metainfo.version"],
  ])("refuses %s", (_what, bytes, expected) => {
    expect(() => parse(bytes)).toThrow(code(expected));
  });
});

describe("parseMetainfo of what stands beside info", () => {
  const outer = (facts: Dict): Metainfo => parse(torrent(single, facts));

  it("takes the tiers of announce-list over announce, without repetition (BEP 12)", () => {
    const facts = {
      announce: "http://no/",
      "announce-list": [["udp://a:1", " http://b/ ", "udp://a:1"], [], ["nonsense", 5], ["wss://c", "udp://a:1"]],
    };
    expect(outer(facts).trackers).toEqual([["udp://a:1", "http://b/"], ["wss://c"]]);
  });

  it.each<[string, Dict, string[][]]>([
    ["a flat list", { "announce-list": ["udp://a:1", "udp://b:1"] }, [["udp://a:1"], ["udp://b:1"]]],
    ["an empty list beside announce", { announce: "http://a/", "announce-list": [[]] }, [["http://a/"]]],
    ["neither", {}, []],
    ["an announce that is a number", { announce: 5 }, []],
    ["an address that is too long", { announce: `http://${"a".repeat(MAX_URL_LENGTH)}` }, []],
    ["an address with a control character", { announce: "http://a/\u0007" }, []],
  ])("reads %s", (_what, facts, expected) => {
    expect(outer(facts).trackers).toEqual(expected);
  });

  it("keeps a bounded number of trackers and web seeds", () => {
    const urls = Array.from({ length: MAX_URLS + 10 }, (_, i) => `http://t${i}/`);
    expect(outer({ "announce-list": urls.map((url) => [url]) }).trackers).toHaveLength(MAX_URLS);
    expect(outer({ "url-list": urls }).webSeeds).toHaveLength(MAX_URLS);
  });

  it("reads web seeds as one or many, and nodes", () => {
    expect(outer({ "url-list": "http://seed/" }).webSeeds).toEqual(["http://seed/"]);
    expect(outer({ "url-list": "" }).webSeeds).toEqual([]);
    expect(outer({ "url-list": [" http://a/my files/x y.iso "], httpseeds: ["http://b/a b"] })).toMatchObject({
      webSeeds: ["http://a/my%20files/x%20y.iso"],
      httpSeeds: ["http://b/a%20b"],
    });
    expect(outer({ "url-list": ["http://a/", 1, "http://a/", "ftp://b/"] }).webSeeds).toEqual([
      "http://a/",
      "ftp://b/",
    ]);
    expect(outer({ httpseeds: ["http://h/"] }).httpSeeds).toEqual(["http://h/"]);
    expect(outer({ nodes: [["router.example", 6881], ["::1", 0], ["x"], "y", ["", 5]] }).nodes).toEqual([
      { host: "router.example", port: 6881 },
    ]);
  });

  it.each([-1, 2 ** 52, "yesterday", 2n ** 70n])("has no creation date for %s", (date) => {
    expect(outer({ "creation date": date }).creationDate).toBeUndefined();
  });
});

/** A file of `length` bytes with its root and layer. */
function v2File(
  length: number,
  pieceLength: number,
  seed: number,
): { properties: Dict; root: Uint8Array; layer: Uint8Array } {
  const data = new Uint8Array(length).fill(seed);
  const blocks = Math.ceil(length / 16_384);
  let width = 1;
  while (width < blocks) width *= 2;
  const root = merkle(data, width);
  const layer = Buffer.concat(
    Array.from({ length: Math.ceil(length / pieceLength) }, (_, i) =>
      merkle(data.subarray(i * pieceLength, (i + 1) * pieceLength), pieceLength / 16_384),
    ),
  );
  return { properties: { length, "pieces root": root }, root, layer: new Uint8Array(layer) };
}

const pieceLength = 32_768;
const a = v2File(100_000, pieceLength, 1);
const b = v2File(20_000, pieceLength, 2);
const tree: Dict = {
  "a.bin": { "": a.properties },
  dir: { b: { "": { ...b.properties, attr: "x" } }, empty: { "": { length: 0 } } },
};
const infoV2: Dict = { name: "root", "piece length": pieceLength, "meta version": 2, "file tree": tree };
const layers = new Map<string, BInput>([[keyFromBytes(a.root), a.layer]]);

function v2(info: Dict = infoV2, outer: Dict = { "piece layers": layers }): Uint8Array {
  return torrent(info, outer);
}

describe("parseMetainfo of v2", () => {
  it("reads the file tree, roots and layers, aligned", () => {
    const metainfo = parse(v2());
    expect(metainfo.version).toBe("v2");
    expect(metainfo.infoHash).toBeUndefined();
    expect(metainfo.id).toBe(metainfo.infoHashV2);
    expect(metainfo.infoHashV2?.hex).toBe(toHex(cryptoHasher.digestSync("sha256", encode(infoV2))));
    expect(paths(metainfo)).toEqual(["a.bin", "dir/b", "dir/empty"]);
    expect(metainfo.files.map((file) => file.offset)).toEqual([0, 131_072, 163_840]);
    expect([metainfo.pieceCount, metainfo.totalSize, metainfo.layout.pieceSize(3)]).toEqual([
      5,
      120_000,
      100_000 - 3 * pieceLength,
    ]);
    expect(metainfo.pieceLayer(0)).toEqual(a.layer);
    expect(metainfo.pieceLayer(1)).toEqual(b.root);
    expect(metainfo.pieceLayer(2)).toBeUndefined();
    expect(metainfo.pieceHash(1)).toEqual(a.layer.subarray(32, 64));
    expect(metainfo.pieceHash(4)).toEqual(b.root);
    expect(metainfo.files[1]?.isExecutable).toBe(true);
  });

  it("is a single file when the tree holds one and no folder", () => {
    expect(parse(v2({ ...infoV2, "file tree": { f: { "": b.properties } } })).isSingleFile).toBe(true);
    expect(parse(v2({ ...infoV2, "file tree": { d: { f: { "": b.properties } } } })).isSingleFile).toBe(false);
  });

  it("leaves out piece layers of no file, and of files that need none", () => {
    const more = new Map<string, BInput>([
      ...layers,
      [keyFromBytes(b.root), b.layer],
      [keyFromBytes(new Uint8Array(32).fill(7)), a.layer],
      ["short", 5],
    ]);
    const metainfo = parse(v2(infoV2, { "piece layers": more }));
    expect([metainfo.pieceLayer(0), metainfo.pieceLayer(1), metainfo.pieceLayer(2)]).toEqual([
      a.layer,
      b.root,
      undefined,
    ]);
  });

  it("from peers has roots but not layers", () => {
    const metainfo = metainfoFromInfo(encode(infoV2), {}, cryptoHasher);
    expect(metainfo.pieceLayer(0)).toBeUndefined();
    expect(() => metainfo.pieceHash(0)).toThrow(code("metainfo.layers"));
    expect(metainfo.pieceHash(4)).toEqual(b.root);
  });

  const badLayer = a.layer.slice().fill(9, 32, 33);
  it.each<[string, Uint8Array, string]>([
    ["no layers", v2(infoV2, {}), "metainfo.layers"],
    ["a missing layer", v2(infoV2, { "piece layers": {} }), "metainfo.layers"],
    [
      "a layer with a wrong hash",
      v2(infoV2, { "piece layers": new Map([[keyFromBytes(a.root), badLayer]]) }),
      "metainfo.layers",
    ],
    [
      "a layer that is too short",
      v2(infoV2, { "piece layers": new Map([[keyFromBytes(a.root), a.layer.subarray(32)]]) }),
      "metainfo.layers",
    ],
    ["no file tree", v2({ ...infoV2, "file tree": undefined }), "bencode.missing"],
    ["an empty file tree", v2({ ...infoV2, "file tree": {} }), "metainfo.file-tree"],
    ["a root that is a file", v2({ ...infoV2, "file tree": { "": b.properties } }), "metainfo.file-tree"],
    [
      "a file that is a folder too",
      v2({ ...infoV2, "file tree": { x: { "": b.properties, y: { "": b.properties } } } }),
      "metainfo.file-tree",
    ],
    ["an entry that is no dictionary", v2({ ...infoV2, "file tree": { x: 1 } }), "metainfo.file-tree"],
    ["a file without a root", v2({ ...infoV2, "file tree": { x: { "": { length: 5 } } } }), "metainfo.pieces-root"],
    [
      "a root of zeros",
      v2({ ...infoV2, "file tree": { x: { "": { length: 5, "pieces root": new Uint8Array(32) } } } }),
      "metainfo.pieces-root",
    ],
    [
      "a root of 20 bytes",
      v2({ ...infoV2, "file tree": { x: { "": { length: 5, "pieces root": new Uint8Array(20) } } } }),
      "metainfo.pieces-root",
    ],
    ["a piece length that is no power of two", v2({ ...infoV2, "piece length": 49_152 }), "metainfo.piece-length"],
    ["a piece length below a block", v2({ ...infoV2, "piece length": 8_192 }), "metainfo.piece-length"],
    [
      "padding in the tree",
      v2({ ...infoV2, "file tree": { x: { "": { ...b.properties, attr: "p" } } } }),
      "metainfo.file-tree",
    ],
  ])("refuses %s", (_what, bytes, expected) => {
    expect(() => parse(bytes)).toThrow(code(expected));
  });
});

describe("parseMetainfo of hybrids", () => {
  const listed: readonly Dict[] = [
    { length: 100_000, path: ["a.bin"] },
    { length: 31_072, path: [".pad", "31072"], attr: "p" },
    { length: 20_000, path: ["dir", "b"] },
    { length: 0, path: ["dir", "empty"] },
  ];
  const hybrid = (files: readonly Dict[], pieces = 5): Uint8Array =>
    v2({ ...infoV2, files, pieces: new Uint8Array(pieces * 20) });

  it("has both info-hashes, v1 hashes for pieces and v2 layers for files", () => {
    const metainfo = parse(hybrid(listed));
    expect(metainfo.version).toBe("hybrid");
    expect(metainfo.id).toBe(metainfo.infoHash);
    expect([metainfo.infoHash?.version, metainfo.infoHashV2?.version]).toEqual([1, 2]);
    expect(metainfo.pieceHash(4)).toHaveLength(20);
    expect(metainfo.pieceLayer(0)).toEqual(a.layer);
    expect(metainfo.pieceLayer(1)).toBeUndefined();
    expect(metainfo.files[2]?.piecesRoot).toEqual(b.root);
    expect(metainfo.layout.isAligned).toBe(false);
  });

  it("may have padding after the last file", () => {
    expect(parse(hybrid([...listed, { length: 12_768, attr: "p" }])).pieceCount).toBe(5);
  });

  it.each<[string, Uint8Array]>([
    [
      "lengths that differ",
      hybrid([{ length: 99_999, path: ["a.bin"] }, { length: 31_073, attr: "p" }, ...listed.slice(2)]),
    ],
    ["names that differ", hybrid([{ length: 100_000, path: ["A.bin"] }, ...listed.slice(1)])],
    ["another order", hybrid([...listed.slice(2), ...listed.slice(0, 1)])],
    ["a file that only v1 has", hybrid([...listed, { length: 0, path: ["more"] }])],
    ["a file that only v2 has", hybrid(listed.slice(0, 3))],
    ["no padding", hybrid([...listed.slice(0, 1), ...listed.slice(2)], 4)],
    ["padding of a wrong length", hybrid([...listed.slice(0, 1), { length: 31_071, attr: "p" }, ...listed.slice(2)])],
    [
      "a whole piece of padding",
      hybrid([...listed.slice(0, 1), { length: 31_072 + pieceLength, attr: "p" }, ...listed.slice(2)], 6),
    ],
    ["pieces of padding at the end", hybrid([...listed, { length: 12_768 + pieceLength, attr: "p" }], 6)],
  ])("refuses %s", (_what, bytes) => {
    expect(() => parse(bytes)).toThrow(code("metainfo.hybrid"));
  });
});

describe("metainfoFromInfo", () => {
  it("is the same torrent, and torrentBytes makes a file of it", () => {
    const info = encode(single);
    const extras = { trackers: [["http://a/"], ["udp://b:1"]], webSeeds: ["http://w/"] };
    const metainfo = metainfoFromInfo(info, extras, cryptoHasher);
    const again = parse(metainfo.torrentBytes());
    expect(again.infoHash?.hex).toBe(metainfo.infoHash?.hex);
    expect(again.infoBytes).toEqual(info);
    for (const each of [metainfo, again]) {
      expect(each.trackers).toEqual(extras.trackers);
      expect(each.webSeeds).toEqual(extras.webSeeds);
    }
  });

  it("refuses more pieces than MAX_PIECES and more bytes than MAX_TORRENT_LENGTH", () => {
    const info = (pieces: number): Uint8Array =>
      encode({ ...infoV2, "file tree": { x: { "": { length: pieces * pieceLength, "pieces root": a.root } } } });
    expect(metainfoFromInfo(info(MAX_PIECES), {}, cryptoHasher).pieceCount).toBe(MAX_PIECES);
    expect(() => metainfoFromInfo(info(MAX_PIECES + 1), {}, cryptoHasher)).toThrow(code("metainfo.pieces"));
    expect(() => parse(new Uint8Array(MAX_TORRENT_LENGTH + 1))).toThrow(code("bencode.too-long"));
  });

  it("refuses a torrent of a future version before anything else", () => {
    expect(() => parse(torrent({ files: [{ path: 5 }], "meta version": 3 }))).toThrow(code("metainfo.version"));
  });

  it("refuses an info that is no dictionary", () => {
    expect(() => metainfoFromInfo(utf8("le"), {}, cryptoHasher)).toThrow(code("metainfo.info"));
  });
});

describe("parseMetainfo of real torrents", () => {
  const fixtures = new URL("../../node_modules/webtorrent-fixtures/fixtures/", import.meta.url);
  it.each([
    ["leaves", "d2474e86c95b19b8bcfdb92bc12c9d44667cfa36", 362_017, ["Leaves of Grass by Walt Whitman.epub"]],
    ["numbers", "89d97c2261a21b040cf11caa661a3ba7233bb7e6", 6, ["1.txt", "2.txt", "3.txt"]],
    [
      "sintel",
      "c334138ef5bfc2d568ea7324e0e2a3a7ec229bdd",
      5_490_455_272,
      ["Sintel.2010.4K.DMRip.x264.DD.DTS.SRT-MaLLIeHbKa.mkv"],
    ],
  ])("%s", (name, infoHash, size, files) => {
    const metainfo = parse(readFileSync(new URL(`${name}.torrent`, fixtures)));
    expect([metainfo.infoHash?.hex, metainfo.totalSize, paths(metainfo)]).toEqual([infoHash, size, files]);
  });

  it("trusted-computing", () => {
    const metainfo = parse(readFileSync(new URL("../../test/fixtures/trusted-computing.torrent", import.meta.url)));
    expect(metainfo).toMatchObject({ name: "trusted-computing", pieceCount: 194, totalSize: 50_834_053 });
    expect(metainfo.infoHash?.hex).toBe("7ea94c240691311dc0916a2a91eb7c3db2c6f3e4");
  });

  it("refuses the corrupt one, which has no name", () => {
    expect(() => parse(readFileSync(new URL("corrupt.torrent", fixtures)))).toThrow(code("metainfo.name"));
  });
});
