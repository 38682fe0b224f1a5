import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BLOCK_LENGTH, InputError, utf8, utf8Decode } from "../src/base/index.ts";
import { encode } from "../src/bencode/index.ts";
import { createTorrent } from "../src/creation/index.ts";
import type { Metainfo } from "../src/metainfo/index.ts";
import {
  delugeLabels,
  delugeProgress,
  delugeTorrent,
  qbittorrentTorrent,
  rtorrentTorrent,
  transmissionTorrent,
  type ForeignTorrent,
} from "../src/profiles/index.ts";
import { MemorySource } from "../test/support/memory-source.ts";
import { mutations } from "./mutate.ts";

/*
 * Progress files of other clients with bytes changed. The result is a torrent whose paths, pieces and numbers are
 * usable, or a typed error. FUZZ_RUNS=100000 runs longer; fast-check prints the seed of a failure.
 */
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);
let metainfo: Metainfo;

beforeAll(async () => {
  const source = new MemorySource({ "/t/a": new Uint8Array(150_000).fill(1), "/t/b": new Uint8Array(70_000).fill(2) });
  metainfo = (await createTorrent(source, { path: "/t", version: "v1", pieceLength: 2 * BLOCK_LENGTH })).metainfo;
});

/** Returns the first broken promise, or `holds`. */
function check({ progress, folders, destination, ...torrent }: ForeignTorrent): string {
  const { layout, name } = torrent.metainfo;
  if (name.includes("/") || name === ".." || name === "") return "unsafe name";
  for (const folder of [...folders, ...(destination === undefined ? [] : [destination])])
    if (!/^(?:\/|[a-z]:)/i.test(folder) || folder.split(/[\\/]/).includes("..") || folder.includes("\0"))
      return "unsafe folder";
  if (folders.length === 0) return "no folder";
  for (const file of torrent.priorities.keys()) if (layout.files[file] === undefined) return "a priority of no file";
  const numbers = [torrent.downloaded, torrent.uploaded, torrent.downloadingSeconds, torrent.seededSeconds];
  const others = [torrent.addedAt, torrent.finishedAt, torrent.maxDownloadRate, torrent.maxUploadRate];
  for (const number of [...numbers, ...others.flatMap((value) => (value === undefined ? [] : [value]))])
    if (!Number.isSafeInteger(number) || number < 0) return "a number is no count";
  if (progress === undefined) return "holds";
  if (progress.have.length !== layout.pieceCount || progress.proofs.length !== layout.files.length) return "other size";
  for (const [piece, blocks] of progress.partials) {
    if (progress.have.get(piece) || blocks.isEmpty || blocks.isFull) return "a piece is complete and not";
    if (blocks.length !== Math.ceil(layout.pieceSize(piece) / BLOCK_LENGTH)) return "other number of blocks";
  }
  return "holds";
}

function outcome(read: () => ForeignTorrent): string {
  try {
    return check(read());
  } catch (error) {
    return error instanceof InputError && /^(?:bencode|import)\./.test(error.code) ? "refused" : String(error);
  }
}

/** Returns `held`, or a report of the first input that broke a promise. A seed that is refused would test nothing. */
function fuzz(seeds: readonly Uint8Array[], read: (input: Uint8Array) => ForeignTorrent): string {
  const refused = seeds.map((seed) => outcome(() => read(seed))).find((result) => result !== "holds");
  if (refused !== undefined) return `a seed: ${refused}`;
  const results = fc.check(
    fc.property(mutations(seeds), (input) => {
      const result = outcome(() => read(input));
      if (result !== "holds" && result !== "refused") throw new Error(result);
    }),
    { numRuns },
  );
  return results.failed ? (fc.defaultReportMessage(results) ?? "failed") : "held";
}

describe("progress of other clients under mutation", () => {
  it("Transmission", () => {
    const common = {
      destination: "/data",
      "incomplete-dir": "/inc",
      name: "t",
      labels: ["a"],
      dnd: [0, 1],
      priority: [1, -1],
      uploaded: 5,
      "added-date": 1_700_000_000,
      "ratio-limit": { "ratio-limit": "2.5", "ratio-mode": 1 },
      "speed-limit-down": { "speed-Bps": 5, "use-speed-limit": 1 },
    };
    const blocks = Uint8Array.of(0b1110_0000, 0);
    const result = fuzz(
      [
        encode({ ...common, progress: { blocks, mtimes: [5, 6], pieces: blocks } }),
        encode({ ...common, progress: { blocks: "all", have: "all", "time-checked": [5, [1, 2]] } }),
      ],
      (bytes) => transmissionTorrent(metainfo, { bytes, modifiedMs: 1 }),
    );
    expect(result).toBe("held");
  });

  const resume = encode({
    save_path: "/data",
    "qBt-savePath": "/done",
    "qBt-tags": ["x"],
    "qBt-ratioLimit": 2500,
    pieces: Uint8Array.of(1, 0, 1, 0, 0, 0, 0),
    unfinished: [{ piece: 1, bitmask: Uint8Array.of(0x80) }],
    mapped_files: ["other/a", "other/b"],
    file_priority: [1, 0],
    trackers: [["http://a/"], ["udp://b:1"]],
    total_uploaded: 7,
    download_rate_limit: 9,
  });

  it("qBittorrent", () => {
    expect(fuzz([resume], (bytes) => qbittorrentTorrent(metainfo, { bytes, modifiedMs: 1 }))).toBe("held");
  });

  it("Deluge", () => {
    const result = fuzz([encode({ x: resume })], (bytes) => {
      const [value] = delugeProgress(bytes).values();
      if (!(value instanceof Uint8Array)) throw new InputError("import.no-progress", "no torrent");
      return delugeTorrent(metainfo, { bytes: value, modifiedMs: 1 }, "label");
    });
    expect(result).toBe("held");
  });

  it("the labels of Deluge", () => {
    const seed = utf8('{"file": 1, "format": 1}{"labels": {}, "torrent_labels": {"ab": "films", "cd": "new"}}');
    expect(delugeLabels(utf8Decode(seed)).get("ab")).toBe("films");
    fc.assert(
      fc.property(mutations([seed]), (input) => {
        for (const label of delugeLabels(utf8Decode(input)).values()) expect(typeof label).toBe("string");
      }),
      { numRuns },
    );
  });

  it("rTorrent", () => {
    const settings = encode({ directory: "/data/t", custom1: "a%20b", state: 1, "timestamp.started": 1_700_000_000 });
    const state = encode({
      bitfield: Uint8Array.of(0b1010_0000),
      files: [
        { mtime: 5, priority: 1, completed: 2 },
        { mtime: -2, priority: 0, completed: 0 },
      ],
      uncertain_pieces: Uint8Array.of(0, 0, 0, 2),
    });
    expect(fuzz([settings], (bytes) => rtorrentTorrent(metainfo, bytes, state))).toBe("held");
    expect(fuzz([state], (bytes) => rtorrentTorrent(metainfo, settings, bytes))).toBe("held");
  });
});
