import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { makeFolder, nodeFiles } from "../../../runtime/node/index.ts";

/** Where lines are kept between sessions; MILLRACE_HISTORY names another file, or none when it is empty. */
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
