import { dirname } from "node:path";
import type { Files } from "../../../runtime/index.ts";

/**
 * Whether a path lies within a folder after all symbolic links are resolved. When the path does not exist, its nearest
 * parent folder that exists is checked. Rejects with StorageError.
 */
export async function isInside(files: Pick<Files, "realPath">, folder: string, path: string): Promise<boolean> {
  const root = await nearestReal(files, folder);
  const real = await nearestReal(files, path);
  return real === root || real.startsWith(root === "/" ? root : `${root}/`);
}

async function nearestReal(files: Pick<Files, "realPath">, path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const real = await files.realPath(at);
    if (real !== undefined) return real;
    if (dirname(at) === at) return at;
  }
}
