import { describe, expect, it } from "vitest";
import type { ListOptions, TorrentFile } from "../../api/index.ts";
import { CommandLineError } from "../output/problem.ts";
import { chosen, findFiles, findTorrent, listAll } from "./find.ts";

const A = { id: `abc1${"0".repeat(36)}`, name: "films" };
const B = { id: `abd2${"0".repeat(36)}`, name: "music" };
const C = { id: `0f${"0".repeat(38)}`, name: "abd" };
const known = [A, B, C];

/** A daemon that answers at most `most` rows at a time. */
function daemon(most: number): {
  list: (options?: ListOptions) => Promise<{ total: number; torrents: { id: string; name: string }[] }>;
} {
  return {
    list: async ({ offset = 0 } = {}) => ({ total: known.length, torrents: known.slice(offset, offset + most) }),
  };
}

describe("findTorrent", () => {
  it("accepts an id, a unique prefix of it, in either case, or the exact name", () => {
    expect([A.id, "abc", "ABC1", "films"].map((text) => findTorrent(known, text))).toEqual([A, A, A, A]);
    expect(findTorrent(known, "0")).toBe(C);
  });

  it("rejects an unknown torrent, and a part of a name", () => {
    for (const text of ["film", "", "Films", "abcd", `${A.id}0`])
      expect(() => findTorrent(known, text), text).toThrow(
        expect.objectContaining({ code: "remote.unknown" }) as Error,
      );
  });

  it("lists the candidates when more than one matches, by id or by name", () => {
    expect(() => findTorrent(known, "ab")).toThrow(
      /"ab" matches several torrents: abc10000 \(films\), abd20000 \(music\); give more digits/,
    );
    // The beginning of one's id is the other's name.
    expect(() => findTorrent(known, "abd")).toThrow(expect.objectContaining({ code: "remote.ambiguous" }) as Error);
    const twins = [A, { ...B, name: "films" }];
    expect(() => findTorrent(twins, "films")).toThrow(expect.objectContaining({ code: "remote.ambiguous" }) as Error);
  });
});

describe("listAll", () => {
  it("reads page after page", async () => {
    expect((await listAll(daemon(1), {})).torrents).toEqual(known);
  });

  it("ends when the daemon has fewer torrents than it reported", async () => {
    expect(await listAll({ list: async () => ({ total: 5, torrents: [] }) }, {})).toEqual({ total: 5, torrents: [] });
  });
});

describe("chosen", () => {
  it("requires names or --all, and counts a torrent once", async () => {
    expect(await chosen(daemon(10), [], true)).toEqual(known);
    expect(await chosen(daemon(10), ["abc", "films", "music"])).toEqual([A, B]);
    await expect(chosen(daemon(10), [])).rejects.toThrow(CommandLineError);
    await expect(chosen(daemon(10), ["films"], true)).rejects.toThrow(CommandLineError);
  });
});

describe("findFiles", () => {
  const files = ["a/film.mkv", "a/[x].txt", "b/read.txt"].map((path, index): TorrentFile => ({
    index,
    path,
    size: 1,
    done: 0,
    priority: "normal",
  }));
  const indexes = async (...words: string[]): Promise<number[]> =>
    (await findFiles(files, words)).map(({ index }) => index);

  it("accepts numbers, exact paths, and globs", async () => {
    expect(await indexes("1")).toEqual([1]);
    expect(await indexes("a/[x].txt")).toEqual([1]);
    expect(await indexes("*.txt", "2")).toEqual([1, 2]);
    expect(await indexes("a/*")).toEqual([0, 1]);
  });

  it("rejects what matches no file", async () => {
    for (const word of ["3", "c/*", "*.MKV"])
      await expect(indexes("0", word), word).rejects.toMatchObject({ code: "remote.no-file" });
  });
});
