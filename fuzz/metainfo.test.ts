import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError, utf8, utf8Decode } from "../src/base/index.ts";
import { createTorrent } from "../src/creation/index.ts";
import { editTorrent, formatMagnet, parseMagnet, parseMetainfo } from "../src/metainfo/index.ts";
import type { Metainfo } from "../src/metainfo/index.ts";
import { cryptoHasher, MemorySource } from "../test/support/memory-source.ts";
import { mutations } from "./mutate.ts";

/*
 * Torrents of all versions and magnet links with bytes changed. The result is always a torrent that is as its type
 * promises, or a typed error. FUZZ_RUNS=100000 runs longer; fast-check prints the seed of a failure.
 */
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);
const seeds: Uint8Array[] = [readFileSync(new URL("../test/fixtures/trusted-computing.torrent", import.meta.url))];

beforeAll(async () => {
  const source = new MemorySource({
    "/t/a/x.txt": new Uint8Array(40_000).fill(1),
    "/t/a/é": new Uint8Array(5).fill(2),
    "/t/empty": new Uint8Array(0),
    "/t/run": { bytes: new Uint8Array(20_000).fill(3), executable: true },
  });
  for (const version of ["v1", "v2", "hybrid"] as const) {
    const { bytes } = await createTorrent(source, {
      path: "/t",
      version,
      pieceLength: 16_384,
      trackers: [["http://a/"], ["udp://b:1"]],
      webSeeds: ["http://w/"],
      private: true,
    });
    seeds.push(bytes);
  }
});

/** Checks what the type promises. Returns the first broken promise, or `holds`. */
function check(metainfo: Metainfo): string {
  const { layout } = metainfo;
  const paths = metainfo.files.filter((file) => !file.isPadding).map((file) => file.path.join("/").toLowerCase());
  if (new Set(paths).size !== paths.length) return "two files have one path";
  for (const file of metainfo.files) {
    for (const name of file.path) {
      if (
        name === "" ||
        name === "." ||
        name === ".." ||
        name.includes("/") ||
        name.includes("\\") ||
        name.includes("\0") ||
        utf8(name).length > 255
      )
        return `unsafe name ${name}`;
    }
    if (!(file.length >= 0) || !Number.isSafeInteger(file.offset + file.length)) return "a size is no size";
  }
  let sum = 0;
  for (let piece = 0; piece < metainfo.pieceCount; piece++) {
    sum += layout.pieceSize(piece);
    if (metainfo.pieceHash(piece).length !== (metainfo.version === "v2" ? 32 : 20)) return "a piece has no hash";
  }
  const expected = metainfo.version === "v2" ? metainfo.totalSize : layout.totalLength;
  return sum === expected ? "holds" : "the pieces do not add up to the content";
}

function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return error instanceof InputError && /^(?:bencode|metainfo|magnet)\./.test(error.code) ? "refused" : String(error);
  }
}

describe("parseMetainfo under mutation", () => {
  it("returns a consistent torrent, or throws a typed error", () => {
    fc.assert(
      fc.property(mutations(seeds), (input) => {
        expect(["holds", "refused"]).toContain(outcome(() => check(parseMetainfo(input, cryptoHasher))));
      }),
      { numRuns },
    );
  });

  it("returns a torrent that keeps its info-hash when it is edited", () => {
    fc.assert(
      fc.property(mutations(seeds), (input) => {
        const result = outcome(() => {
          const before = parseMetainfo(input, cryptoHasher);
          const after = parseMetainfo(
            editTorrent(input, { comment: "new", trackers: [["http://new/"]] }),
            cryptoHasher,
          );
          return before.id.equals(after.id) && after.comment === "new" && check(after) === "holds" ? "kept" : "changed";
        });
        expect(["kept", "refused"]).toContain(result);
      }),
      { numRuns },
    );
  });
});

describe("parseMagnet under mutation", () => {
  const link = utf8(
    `magnet:?xt=urn:btih:${"ab".repeat(20)}&xt=urn:btmh:1220${"cd".repeat(32)}&dn=A%20name&xl=5&tr=udp%3A%2F%2Ft%3A1&ws=http://w/&x.pe=1.2.3.4:5&x.pe=[::1]:6&so=1,3-5`,
  );

  it("returns a link that can be written and read again, or throws a typed error", () => {
    fc.assert(
      fc.property(mutations([link]), (input) => {
        const result = outcome(() => {
          const magnet = parseMagnet(utf8Decode(input));
          return JSON.stringify(parseMagnet(formatMagnet(magnet))) === JSON.stringify(magnet)
            ? "same"
            : `differs: ${utf8Decode(input)}`;
        });
        expect(["same", "refused"]).toContain(result);
      }),
      { numRuns },
    );
  });
});
