import type { LayoutFile } from "../../metainfo/index.ts";
import type { ForeignTorrent } from "../../profiles/index.ts";
import type { Files } from "../../runtime/index.ts";

/** Where the files of a torrent are. */
export interface Placement {
  readonly folder: string;
  /** Files whose names end with the other client's suffix: the path that they have, and the one that they get. */
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  /** The number of the torrent's files that exist. */
  readonly found: number;
}

/** Returns the path of a file of a torrent whose data is in `folder`. */
export function pathIn(folder: string, { metainfo }: ForeignTorrent, file: LayoutFile): string {
  const path = file.path.join("/");
  return metainfo.isSingleFile ? `${folder}/${path}` : `${folder}/${metainfo.name}/${path}`;
}

/** Finds the folder with most of the torrent's files; the first one when there are none. Writes nothing. */
export async function findPlacement(files: Pick<Files, "stat">, torrent: ForeignTorrent): Promise<Placement> {
  let best: Placement = { folder: torrent.folders[0] ?? "/", renames: [], found: 0 };
  for (const folder of torrent.folders) {
    const placement = await look(files, torrent, folder);
    if (placement.found > best.found) best = placement;
  }
  return best;
}

async function look(files: Pick<Files, "stat">, torrent: ForeignTorrent, folder: string): Promise<Placement> {
  const renames: { from: string; to: string }[] = [];
  let found = 0;
  for (const file of torrent.metainfo.layout.files) {
    if (file.isPadding || file.length === 0) continue;
    const to = pathIn(folder, torrent, file);
    const from = `${to}${torrent.suffix}`;
    if ((await files.stat(to)) !== undefined) found++;
    else if (torrent.suffix !== "" && (await files.stat(from))?.kind === "file") {
      found++;
      renames.push({ from, to });
    }
  }
  return { folder, renames, found };
}
