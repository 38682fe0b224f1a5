import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTorrent } from "../../src/creation/index.ts";
import { parseMetainfo } from "../../src/metainfo/index.ts";
import type { LayoutFile, Metainfo, MetainfoVersion } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";

/*
 * Other clients read the torrents of Millrace, and Millrace reads theirs; the facts must be the same. The tools are in
 * Debian's packages python3-libtorrent, transmission-cli (transmission-create, transmission-show) and mktorrent.
 */
function works(command: string, ...parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const python = "/usr/bin/python3";
const noLibtorrent = !works(python, "-c", "import libtorrent");
const noTransmission = !works("transmission-show", "--version") || !works("transmission-create", "--version");
const noMktorrent = !works("mktorrent", "-h");
const because = (missing: boolean, what: string): string =>
  missing ? ` (skipped, because ${what} is not installed)` : "";
const lt = because(noLibtorrent, "python3-libtorrent");
const tr = because(noTransmission, "transmission-cli");
const mk = because(noMktorrent, "mktorrent");

/**
 * Facts of a torrent file as libtorrent reads it. Loading checks v2 piece layers against their roots, and hybrid halves
 * against each other.
 */
const READ = `
import json, sys, libtorrent as lt
ti = lt.torrent_info(sys.argv[1])
ih, fs = ti.info_hashes(), ti.files()
pad = lambda i: bool(int(fs.file_flags(i)) & int(lt.file_flags_t.flag_pad_file))
print(json.dumps({
  "v1": str(ih.v1) if ih.has_v1() else None, "v2": str(ih.v2) if ih.has_v2() else None,
  "pieceLength": ti.piece_length(), "pieceCount": ti.num_pieces(), "private": ti.priv(), "comment": ti.comment(),
  "trackers": sorted(t.url for t in ti.trackers()), "webSeeds": [w["url"] for w in ti.web_seeds()],
  "files": [[fs.file_path(i), fs.file_size(i), str(fs.root(i)) if ih.has_v2() else None] for i in range(fs.num_files()) if not pad(i)],
  "pieces": [ti.hash_for_piece(i).hex() for i in range(ti.num_pieces())] if ih.has_v1() else None,
}))`;

/** Creates a torrent with libtorrent: version, content, piece length, out. */
const MAKE = `
import sys, os, libtorrent as lt
version, path, length, out = sys.argv[1:]
fs = lt.file_storage()
lt.add_files(fs, path)
flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[version]
t = lt.create_torrent(fs, int(length), flags)
t.add_tracker("http://tracker.example/announce", 0)
t.add_tracker("udp://other.example:6969", 1)
t.add_url_seed("http://seed.example/")
t.set_comment("hello é")
lt.set_piece_hashes(t, os.path.dirname(path))
open(out, "wb").write(lt.bencode(t.generate()))`;

interface LibtorrentFacts {
  readonly v1: string | null;
  readonly v2: string | null;
  readonly pieceLength: number;
  readonly pieceCount: number;
  readonly private: boolean;
  readonly comment: string;
  readonly trackers: readonly string[];
  readonly webSeeds: readonly string[];
  readonly files: readonly (readonly [string, number, string | null])[];
  readonly pieces: readonly string[] | null;
}

const libtorrentReads = (file: string): LibtorrentFacts =>
  JSON.parse(execFileSync(python, ["-c", READ, file], { encoding: "utf8" })) as LibtorrentFacts;

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? new Uint8Array(32)).toString("hex");

/** The facts as Millrace reads them. */
function facts(metainfo: Metainfo): LibtorrentFacts {
  const place = (file: LayoutFile): string =>
    (metainfo.isSingleFile ? file.path : [metainfo.name, ...file.path]).join("/");
  return {
    v1: metainfo.infoHash?.hex ?? null,
    v2: metainfo.infoHashV2?.hex ?? null,
    pieceLength: metainfo.pieceLength,
    pieceCount: metainfo.pieceCount,
    private: metainfo.isPrivate,
    comment: metainfo.comment ?? "",
    // libtorrent shuffles a tier when it loads it (BEP 12).
    trackers: metainfo.trackers.flat().toSorted(),
    webSeeds: metainfo.webSeeds,
    files: metainfo.files
      .filter((file) => !file.isPadding)
      .map((file) => [place(file), file.length, metainfo.version === "v1" ? null : hex(file.piecesRoot)]),
    pieces:
      metainfo.version === "v2"
        ? null
        : Array.from({ length: metainfo.pieceCount }, (_, index) => hex(metainfo.pieceHash(index))),
  };
}

/** Transmission prints and writes every path without the characters that Windows forbids. */
const asTransmission = (path: string): string => path.replaceAll(/[<>:"\\|?*]/g, "_");

const runtime = nodeRuntime();
const parse = async (file: string): Promise<Metainfo> =>
  parseMetainfo(await runtime.files.readAll(file, 32 * 1024 * 1024), runtime.hasher);
let root = "";
const at = (...parts: string[]): string => join(root, ...parts);

const contents = ["folder", "single.bin", "tiny", "one"] as const;
const versions: readonly MetainfoVersion[] = ["v1", "v2", "hybrid"];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "millrace-metainfo-"));
  const write = (path: string, length: number): void => {
    mkdirSync(at(path, ".."), { recursive: true });
    writeFileSync(
      at(path),
      Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 17 + path.length) & 0xff)),
    );
  };
  write("folder/a.bin", 100_000);
  write("folder/A", 40_000);
  write("folder/B/x.bin", 16_384);
  write("folder/empty", 0);
  write("folder/sub dir/aaa", 0);
  write("folder/sub dir/ä/日本 file.bin", 3_000_000);
  write("folder/sub dir-x", 5);
  write('folder/what\'s "this"? #1 & 50% (x).txt', 33_000);
  write("folder/zz.sh", 70_000);
  chmodSync(at("folder/zz.sh"), 0o755);
  write("single.bin", 1_000_003);
  write("tiny", 10);
  write("one/only", 50_000);
});

afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await runtime.close();
});

async function make(
  path: string,
  version: MetainfoVersion,
  pieceLength: number,
): Promise<{ readonly file: string; readonly metainfo: Metainfo }> {
  const { bytes, metainfo } = await createTorrent(runtime, {
    path: at(path),
    version,
    pieceLength,
    trackers: [["http://tracker.example/announce", "http://second.example/a"], ["udp://other.example:6969"]],
    webSeeds: ["http://seed.example/"],
    comment: "hello é",
    createdBy: "Millrace",
    creationDate: new Date(1_700_000_000_000),
    private: true,
  });
  const file = at(`${path}.${version}.${pieceLength}.torrent`);
  writeFileSync(file, bytes);
  return { file, metainfo };
}

const cases = contents.flatMap((path) =>
  versions.flatMap((version) => [16_384, 65_536].map((pieceLength) => ({ path, version, pieceLength }))),
);

describe("torrents of createTorrent", () => {
  it.skipIf(noLibtorrent).each(cases)(
    `libtorrent reads $path, $version, pieces of $pieceLength, as Millrace does${lt}`,
    async ({ path, version, pieceLength }) => {
      const { file, metainfo } = await make(path, version, pieceLength);
      expect(libtorrentReads(file)).toEqual(facts(metainfo));
    },
  );

  it.skipIf(noTransmission).each(contents)(`transmission-show prints the same facts of %s${tr}`, async (path) => {
    const { file, metainfo } = await make(path, "v1", 32_768);
    const shown = execFileSync("transmission-show", [file], { encoding: "utf8" });
    expect(shown).toContain(`Name: ${metainfo.name}\n`);
    expect(shown).toContain(`Hash: ${metainfo.infoHash?.hex}\n`);
    expect(shown).toContain(`Piece Count: ${metainfo.pieceCount}\n`);
    expect(shown).toContain("Privacy: Private torrent\n");
    expect(shown).toContain("Comment: hello é\n");
    for (const tracker of metainfo.trackers.flat()) expect(shown).toContain(tracker);
    for (const [place] of facts(metainfo).files) expect(shown).toContain(`  ${asTransmission(place)} (`);
  });
});

describe("torrents of other programs", () => {
  it.skipIf(noLibtorrent).each(cases)(
    `Millrace reads $path, $version, pieces of $pieceLength, made by libtorrent, and finds the same roots${lt}`,
    async ({ path, version, pieceLength }) => {
      const file = at(`${path}.${version}.${pieceLength}.lt.torrent`);
      execFileSync(python, ["-c", MAKE, version, at(path), String(pieceLength), file]);
      const theirs = facts(await parse(file));
      expect(theirs).toEqual(libtorrentReads(file));
      const ours = facts((await make(path, version, pieceLength)).metainfo);
      // libtorrent lists the files of a v1 torrent in the order of the disk; the content of each file is the same.
      const sorted = (files: LibtorrentFacts["files"]): string[] => files.map((each) => each.join(" ")).toSorted();
      expect(sorted(theirs.files)).toEqual(sorted(ours.files));
    },
  );

  it.skipIf(noLibtorrent || noMktorrent || noTransmission).each(["single.bin", "tiny", "one"])(
    `all tools compute the same pieces of %s as Millrace${lt || mk || tr}`,
    async (path) => {
      const [byLibtorrent, byMktorrent, byTransmission] = ["lt", "mk", "tr"].map((tool) =>
        at(`${path}.pieces.${tool}.torrent`),
      ) as [string, string, string];
      execFileSync(python, ["-c", MAKE, "v1", at(path), "32768", byLibtorrent]);
      execFileSync("mktorrent", ["-l", "15", "-o", byMktorrent, at(path)], { stdio: "ignore" });
      execFileSync("transmission-create", ["-s", "32", "-o", byTransmission, at(path)], { stdio: "ignore" });
      const { pieces } = facts((await make(path, "v1", 32_768)).metainfo);
      for (const file of [byLibtorrent, byMktorrent, byTransmission])
        expect(facts(await parse(file)).pieces).toEqual(pieces);
    },
  );

  it.skipIf(noMktorrent || noTransmission).each(contents)(
    `mktorrent's %s has the facts that transmission-show prints${mk || tr}`,
    async (path) => {
      const file = at(`${path}.mk.torrent`);
      const parameters = [
        "-p",
        "-l",
        "16",
        "-a",
        "http://one.example/a,http://two.example/a",
        "-a",
        "udp://three.example:1",
        "-c",
        "by mktorrent",
        "-s",
        "SRC",
        "-w",
        "http://seed.example/",
      ];
      execFileSync("mktorrent", [...parameters, "-o", file, at(path)], { stdio: "ignore" });
      const metainfo = await parse(file);
      const shown = execFileSync("transmission-show", [file], { encoding: "utf8" });
      expect(shown).toContain(`Hash: ${metainfo.infoHash?.hex}\n`);
      expect(shown).toContain(`Piece Count: ${metainfo.pieceCount}\n`);
      expect(shown).toContain("Piece Size: 64.00 KiB\n");
      expect(metainfo).toMatchObject({
        pieceLength: 65_536,
        isPrivate: true,
        source: "SRC",
        comment: "by mktorrent",
        createdBy: "mktorrent 1.1",
        trackers: [["http://one.example/a", "http://two.example/a"], ["udp://three.example:1"]],
        webSeeds: ["http://seed.example/"],
      });
      for (const [place] of facts(metainfo).files) expect(shown).toContain(`  ${asTransmission(place)} (`);
      const ours = await createTorrent(runtime, { path: at(path), pieceLength: 65_536 });
      expect(metainfo.totalSize).toBe(ours.metainfo.totalSize);
    },
  );

  it.skipIf(noTransmission).each(contents)(
    `transmission-create's %s has the facts that transmission-show prints, and our files${tr}`,
    async (path) => {
      const file = at(`${path}.tr.torrent`);
      execFileSync(
        "transmission-create",
        [
          "-p",
          "-s",
          "32",
          "-c",
          "by transmission",
          "-t",
          "http://one.example/a",
          "-t",
          "udp://two.example:1",
          "-o",
          file,
          at(path),
        ],
        { stdio: "ignore" },
      );
      const metainfo = await parse(file);
      const shown = execFileSync("transmission-show", [file], { encoding: "utf8" });
      expect(shown).toContain(`Hash: ${metainfo.infoHash?.hex}\n`);
      expect(shown).toContain(`Created by: ${metainfo.createdBy}\n`);
      expect(shown).toContain(`Piece Count: ${metainfo.pieceCount}\n`);
      expect(metainfo).toMatchObject({
        pieceLength: 32_768,
        isPrivate: true,
        comment: "by transmission",
        trackers: [["http://one.example/a"], ["udp://two.example:1"]],
      });
      const listed = facts(metainfo).files;
      for (const [place] of listed) expect(shown).toContain(`  ${asTransmission(place)} (`);
      const ours = await createTorrent(runtime, { path: at(path), pieceLength: 32_768 });
      // transmission-create leaves out empty files.
      const sizes = (files: LibtorrentFacts["files"]): string[] =>
        files.filter(([, length]) => length > 0).map(([place, length]) => `${place} ${length}`);
      expect(sizes(listed).toSorted()).toEqual(sizes(facts(ours.metainfo).files).toSorted());
    },
  );
});
