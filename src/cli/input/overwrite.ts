import { MillraceError, UsageError } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/**
 * Throws UsageError `cli.exists` when the file `path` exists and `force` is false. Throws MillraceError `cli.exists` in
 * any case when `path` exists and is not a file. `option` is the name of the option that sets `force`, for the message.
 */
export async function refuseToOverwrite(
  runtime: Pick<Runtime, "files">,
  path: string,
  force: boolean,
  option = "--force",
): Promise<void> {
  const stat = await runtime.files.stat(path);
  if (stat === undefined) return;
  if (stat.kind !== "file")
    throw new MillraceError("cli.exists", `cannot write ${path}: it exists and is not a file; choose another name`);
  if (!force)
    throw new UsageError("cli.exists", `${path} exists already; choose another name, or replace it with ${option}`, {
      fields: { path },
    });
}
