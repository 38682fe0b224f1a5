import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileLayout } from "./layout.ts";
import type { FileEntry, LayoutFile } from "./layout.ts";

function entry(length: number, name: string): FileEntry {
  return {
    path: [name],
    length,
    isPadding: false,
    isExecutable: false,
    isHidden: false,
    symlinkPath: undefined,
    piecesRoot: undefined,
  };
}

function layout(lengths: readonly number[], pieceLength: number, isAligned = false): FileLayout {
  return new FileLayout(
    lengths.map((length, index) => entry(length, String(index))),
    pieceLength,
    isAligned,
  );
}

const lengths = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 })), { maxLength: 12 });
const pieceLengths = fc.integer({ min: 1, max: 20 });

/** The file and offset of each byte of the space, `undefined` for a gap, written down one by one. */
function byteMap(files: FileLayout): (readonly [number, number] | undefined)[] {
  const map = Array.from({ length: files.totalLength }, (): readonly [number, number] | undefined => undefined);
  for (const file of files.files) for (let i = 0; i < file.length; i++) map[file.offset + i] = [file.index, i];
  return map;
}

describe("FileLayout", () => {
  it("lays files end to end, empty ones where they stand", () => {
    const files = layout([5, 0, 10, 1], 8);
    expect(files.files.map((file) => file.offset)).toEqual([0, 5, 5, 15]);
    expect([files.totalLength, files.pieceCount, files.pieceSize(0), files.pieceSize(1), files.pieceSize(2)]).toEqual([
      16, 2, 8, 8, 0,
    ]);
    expect(files.spans(4, 12)).toEqual([
      { fileIndex: 0, fileOffset: 4, length: 1 },
      { fileIndex: 2, fileOffset: 0, length: 10 },
      { fileIndex: 3, fileOffset: 0, length: 1 },
    ]);
    expect(files.filePieces(1)).toEqual({ first: 0, last: -1 });
    expect(files.filePieces(2)).toEqual({ first: 0, last: 1 });
    expect(files.filesOfPiece(1)).toEqual([2, 3]);
  });

  it("begins each file at a piece boundary when aligned", () => {
    const files = layout([5, 0, 10, 1], 8, true);
    expect(files.files.map((file) => file.offset)).toEqual([0, 8, 8, 24]);
    expect([files.totalLength, files.pieceCount]).toEqual([25, 4]);
    expect([0, 1, 2, 3].map((index) => files.pieceSize(index))).toEqual([5, 8, 2, 1]);
    expect(files.spans(0, 25).map((span) => span.length)).toEqual([5, 10, 1]);
    expect(files.spans(5, 3)).toEqual([]);
  });

  it("spans are exactly the file bytes of the range, byte by byte", () => {
    fc.assert(
      fc.property(
        lengths,
        pieceLengths,
        fc.boolean(),
        fc.nat(200),
        fc.nat(200),
        (sizes, pieceLength, isAligned, offset, length) => {
          const files = layout(sizes, pieceLength, isAligned);
          const expected = byteMap(files)
            .slice(offset, offset + length)
            .filter((place) => place !== undefined);
          const actual = files
            .spans(offset, length)
            .flatMap((span) => Array.from({ length: span.length }, (_, i) => [span.fileIndex, span.fileOffset + i]));
          expect(actual).toEqual(expected);
        },
      ),
    );
  });

  it("pieces, files of a piece and pieces of a file agree with the bytes", () => {
    fc.assert(
      fc.property(lengths, pieceLengths, fc.boolean(), (sizes, pieceLength, isAligned) => {
        const files = layout(sizes, pieceLength, isAligned);
        const map = byteMap(files);
        expect(files.pieceCount).toBe(Math.ceil(files.totalLength / pieceLength));
        for (let piece = 0; piece < files.pieceCount; piece++) {
          const bytes = map
            .slice(piece * pieceLength, (piece + 1) * pieceLength)
            .filter((place) => place !== undefined);
          expect(files.pieceSize(piece)).toBe(bytes.length);
          expect(files.filesOfPiece(piece)).toEqual([...new Set(bytes.map(([file]) => file))]);
        }
        for (const file of files.files) {
          const range = files.filePieces(file.index);
          const touching = Array.from({ length: files.pieceCount }, (_, piece) => piece).filter((piece) =>
            files.filesOfPiece(piece).includes(file.index),
          );
          expect(Array.from({ length: range.last - range.first + 1 }, (_, i) => range.first + i)).toEqual(touching);
        }
      }),
    );
  });

  it("has no pieces when all files are empty", () => {
    const files = layout([0, 0], 16);
    expect([files.pieceCount, files.totalLength, files.pieceSize(0)]).toEqual([0, 0, 0]);
    expect(files.spans(0, 100)).toEqual([]);
  });

  it("refuses sizes that add up beyond exact numbers", () => {
    expect(() => layout([Number.MAX_SAFE_INTEGER, 1], 16_384)).toThrow(
      expect.objectContaining({ code: "metainfo.size" }),
    );
  });

  it("refuses the pieces of a file that is not there", () => {
    expect(() => layout([1], 16).filePieces(1)).toThrow(expect.objectContaining({ code: "metainfo.file-index" }));
  });
});

describe("FileLayout of files made on demand", () => {
  it("is the layout of the same files given at once", () => {
    fc.assert(
      fc.property(lengths, pieceLengths, fc.boolean(), (sizes, pieceLength, isAligned) => {
        let made = 0;
        const place = (index: number, offset: number): LayoutFile => {
          made++;
          return { ...entry(sizes[index] ?? 0, String(index)), index, offset };
        };
        const lazy = new FileLayout(
          { length: sizes.length, lengthOf: (index) => sizes[index] ?? 0, place },
          pieceLength,
          isAligned,
        );
        const eager = layout(sizes, pieceLength, isAligned);
        expect([lazy.totalLength, lazy.contentLength, lazy.pieceCount, made]).toEqual([
          eager.totalLength,
          eager.contentLength,
          eager.pieceCount,
          0,
        ]);
        expect(lazy.files).toEqual(eager.files);
        expect(lazy.files).toBe(lazy.files);
        expect([made, lazy.spans(0, 1_000)]).toEqual([sizes.length, eager.spans(0, 1_000)]);
      }),
    );
  });

  it("counts padding in the space and not in the content", () => {
    const padded = new FileLayout([entry(5, "a"), { ...entry(3, "p"), isPadding: true }, entry(8, "b")], 8);
    expect([padded.totalLength, padded.contentLength]).toEqual([16, 13]);
  });
});
