import { basename, dirname, resolve } from "node:path";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { filePath } from "../output/describe.ts";

/** The maximum number of the torrent's files that are searched for. */
const LOOKED_FOR = 20;

/**
 * Returns advice when the user seems to have named the torrent's own folder instead of its parent folder: none of the
 * torrent's data was found in `folder`, but it is in its parent. Otherwise returns `undefined`.
 */
export async function parentFolderHint(
  runtime: Pick<Runtime, "files">,
  metainfo: Metainfo,
  folder: string,
): Promise<string | undefined> {
  if (metainfo.isSingleFile) return undefined;
  const files = metainfo.files.filter((file) => !file.isPadding && file.length > 0).slice(0, LOOKED_FOR);
  for (const file of files) {
    const path = `${folder}/${filePath(file)}`;
    const stat = await runtime.files.stat(path);
    if (stat?.kind !== "file" || stat.size !== file.length) continue;
    const above = basename(resolve(folder)) === metainfo.name ? `, here ${dirname(resolve(folder))}` : "";
    return `${path} exists: --dir must name the folder that contains the folder ${metainfo.name}${above}`;
  }
  return undefined;
}
