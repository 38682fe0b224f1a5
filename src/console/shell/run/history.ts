import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { makeFolder, nodeFiles } from "../../../runtime/node/index.ts";

/**
 * Returns the file that keeps typed lines between sessions. MILLRACE_HISTORY names another file; when it is empty,
 * resolves to `undefined` and no lines are kept.
 */
export async function historyFile(): Promise<string | undefined> {
  const named = process.env["MILLRACE_HISTORY"];
  if (named === "") return undefined;
  const path = named ?? join(envPaths("millrace", { suffix: "" }).log, "console-history");
  try {
    await makeFolder(dirname(path));
    const stat = await nodeFiles.stat(path);
    // Node's REPL waits for ever for a pipe.
    return stat === undefined || stat.kind === "file" ? path : undefined;
  } catch {
    return undefined;
  }
}
