import { basename, dirname, resolve } from "node:path";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { filePath } from "../output/describe.ts";

/** Maximum of files of the torrent that are looked for. */
const LOOKED_FOR = 20;

/**
 * Returns advice for the mistake that `folder` is the torrent's own folder, in which none of its data was found: the
 * parent folder must be given. Returns `undefined` when this is not the mistake.
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
    return `${path} is there: --dir names the folder that holds the folder ${metainfo.name}${above}`;
  }
  return undefined;
}
