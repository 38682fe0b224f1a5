import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { makeFolder, nodeFiles } from "../../../runtime/node/index.ts";

/**
 * Resolves to the path of the file that keeps the lines that the user typed, for later sessions. The environment
 * variable MILLRACE_HISTORY sets another path; if it is empty, resolves to `undefined`, and no lines are kept.
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
