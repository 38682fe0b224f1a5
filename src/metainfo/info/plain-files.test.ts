import { describe, expect, it } from "vitest";
import { encode } from "../../bencode/index.ts";
import { PlainFileScanner } from "./plain-file.ts";
import { PlainFiles } from "./plain-files.ts";

function read(bytes: Uint8Array): { readonly files: PlainFiles; readonly taken: boolean[] } {
  const files = new PlainFiles();
  const taken: boolean[] = [];
  const scanner = new PlainFileScanner((from, file) => taken.push(files.add(from, file)));
  for (let at = 1; scanner.take(bytes, at); at = scanner.end);
  return { files, taken };
}

const list = (...paths: string[]): Uint8Array =>
  encode(paths.map((path, index) => ({ length: index * 10, path: path.split("/") })));

describe("PlainFiles", () => {
  it("keeps paths, lengths and places when the bytes change afterwards", () => {
    const paths = [
      "a",
      "dir/b.txt",
      "dir/c.txt",
      "di/d",
      "dir/e/f/g",
      "1/2",
      ...Array.from({ length: 100 }, (_, i) => `many/${i}`),
    ];
    const bytes = list(...paths);
    const { files } = read(bytes);
    files.seal();
    expect(
      files.add(bytes, { length: 1, pathStart: 0, count: 1, starts: Int32Array.of(0), ends: Int32Array.of(1) }),
    ).toBe(false);
    bytes.fill(0x2f);
    const placed = paths.map((_, index) => files.place(index, index * 1_000));
    expect(placed.map(({ path }) => path.join("/"))).toEqual(paths);
    expect(placed[2]).toEqual({
      index: 2,
      offset: 2_000,
      path: ["dir", "c.txt"],
      length: 20,
      isPadding: false,
      isExecutable: false,
      isHidden: false,
      symlinkPath: undefined,
      piecesRoot: undefined,
    });
    expect([files.length, files.lengthOf(3)]).toEqual([106, 30]);
    expect(files.toRawFiles()[4]).toEqual({
      components: ["dir", "e", "f", "g"],
      length: 40,
      attributes: "",
      symlink: undefined,
      piecesRoot: undefined,
    });
  });

  it.each([
    ["a clash", list("a", "b", "A")],
    ["a name that is not safe", list("a", "b", "..")],
    ["a name that is not ASCII", list("a", "b", "\u00e9")],
  ])("takes nothing more after %s", (_what, bytes) => {
    expect(read(bytes).taken).toEqual([true, true, false]);
  });
});
