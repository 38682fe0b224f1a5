import { basename, dirname, resolve } from "node:path";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { filePath } from "../output/describe.ts";

/** Files looked for: any of them will do, and a look costs little. */
const LOOKED_FOR = 20;

/**
 * What to try when nothing of a torrent was found in `folder`: its files lie right in it, so it is the torrent's own
 * folder, and the one above was meant. `undefined` when that is not so.
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
