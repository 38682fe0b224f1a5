import { invalid } from "../fail.ts";
import type { FileLayout } from "../pieces/layout.ts";
import type { RawFile } from "./raw-file.ts";

/**
 * Checks that the v1 and v2 file lists of a hybrid torrent agree (BEP 52, "upgrade path"): apart from padding files
 * they must list the same files, in the same order, with the same lengths. Returns the v1 list with the pieces roots of
 * the v2 list added. Throws `metainfo.hybrid`.
 */
export function mergeHalves(v1: readonly RawFile[], v2: readonly RawFile[]): readonly RawFile[] {
  const rest = v2.values();
  const merged = v1.map((file) => {
    if (file.attributes.includes("p")) return file;
    const twin = rest.next().value;
    const label = file.components.join("/").slice(0, 200);
    if (twin === undefined || !samePath(file.components, twin.components)) {
      throw invalid("hybrid", `its v1 half has ${JSON.stringify(label)} where its v2 half has another file or none`, {
        path: label,
      });
    }
    if (file.length !== twin.length) {
      throw invalid(
        "hybrid",
        `${JSON.stringify(label)} has ${file.length} bytes in its v1 half and ${twin.length} in its v2 half`,
        { path: label },
      );
    }
    return { ...file, piecesRoot: twin.piecesRoot };
  });
  const left = rest.next().value;
  if (left !== undefined) {
    const label = left.components.join("/").slice(0, 200);
    throw invalid("hybrid", `its v2 half has ${JSON.stringify(label)}, which its v1 half lacks`, { path: label });
  }
  return merged;
}

/**
 * Checks that each file of a hybrid torrent begins at a piece boundary, so that the pieces have the same numbers in v1
 * and v2. Throws `metainfo.hybrid`.
 */
export function checkAlignment(layout: FileLayout): void {
  let next = 0;
  for (const file of layout.files) {
    if (file.isPadding || file.length === 0) continue;
    if (file.offset !== next) {
      const path = file.path.join("/");
      throw invalid(
        "hybrid",
        `${JSON.stringify(path)} begins at byte ${file.offset} in v1, and at byte ${next} in v2`,
        {
          path,
        },
      );
    }
    next = Math.ceil((file.offset + file.length) / layout.pieceLength) * layout.pieceLength;
  }
  if (layout.totalLength > next) throw invalid("hybrid", "its v1 half has more pieces than its v2 half");
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((component, index) => component === b[index]);
}
