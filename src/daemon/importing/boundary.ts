import type { Bitfield } from "../../base/index.ts";
import type { FileLayout, LayoutFile } from "../../metainfo/index.ts";
import type { Files, OpenFile } from "../../runtime/index.ts";
import type { Storage } from "../../storage/index.ts";

/** The slot of a piece that the part file does not have. */
const NO_SLOT = 0xffff_ffff;
/** The header of a part file has a length that is a multiple of this. */
const HEADER_UNIT = 1024;

/** Options of {@link takeBoundaries}. */
export interface BoundaryOptions {
  readonly files: Pick<Files, "open" | "stat">;
  readonly layout: FileLayout;
  /** The pieces and blocks of the other client. Those whose bytes are lost are removed. */
  readonly progress: { readonly have: Bitfield; readonly partials: Map<number, Bitfield> };
  /** The files that are not wanted and do not exist. */
  readonly absent: readonly LayoutFile[];
  /** The path of libtorrent's part file; `undefined` when the client has none. */
  readonly partFile: string | undefined;
  /** The storage, which writes the bytes to Millrace's part file; `undefined` to write nothing. */
  readonly storage: Pick<Storage, "write" | "sync"> | undefined;
}

/**
 * Copies bytes of absent files that belong to pieces of the other client from libtorrent's part file to the storage.
 * Pieces whose bytes are not in it are removed from the progress, and so are single blocks of pieces with bytes of
 * absent files. Rejects with StorageError.
 */
export async function takeBoundaries(options: BoundaryOptions): Promise<void> {
  const { files, layout, progress, absent, partFile, storage } = options;
  const { have, partials } = progress;
  const isThere = partFile !== undefined && (await files.stat(partFile))?.kind === "file";
  const open = isThere ? await files.open(partFile, "read") : undefined;
  try {
    const offsetOf = open === undefined ? (): undefined => undefined : await slots(open, layout);
    for (const file of absent) {
      const { first, last } = layout.filePieces(file.index);
      for (let piece = first; piece <= last; piece++) {
        partials.delete(piece);
        if (!have.get(piece)) continue;
        const at = offsetOf(piece);
        const start = Math.max(layout.pieceOffset(piece), file.offset);
        const end = Math.min(layout.pieceOffset(piece) + layout.pieceSize(piece), file.offset + file.length);
        const bytes = new Uint8Array(end - start);
        const count =
          open === undefined || at === undefined ? 0 : await open.read(bytes, at + start - layout.pieceOffset(piece));
        if (count < bytes.length) have.set(piece, false);
        else await storage?.write(start, [bytes]);
      }
    }
    await storage?.sync();
  } finally {
    await open?.close();
  }
}

/**
 * Reads the header of a part file: the number of pieces, their length, and a slot for each piece, four bytes each.
 * Returns a function for the offset of a piece in the file, `undefined` for a piece that is not in it.
 */
async function slots(open: OpenFile, layout: FileLayout): Promise<(piece: number) => number | undefined> {
  const none = (): undefined => undefined;
  const header = new Uint8Array(8 + 4 * layout.pieceCount);
  if ((await open.read(header, 0)) < header.length) return none;
  const view = new DataView(header.buffer);
  if (view.getUint32(0) !== layout.pieceCount || view.getUint32(4) !== layout.pieceLength) return none;
  const length = Math.ceil(header.length / HEADER_UNIT) * HEADER_UNIT;
  return (piece) => {
    const slot = view.getUint32(8 + 4 * piece);
    return slot === NO_SLOT ? undefined : length + slot * layout.pieceLength;
  };
}
