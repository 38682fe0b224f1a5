import { join } from "node:path";
import { StorageError } from "../../base/index.ts";
import type { Torrent } from "../../client/index.ts";
import { safeName } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { refuseToOverwrite } from "../input/overwrite.ts";
import { CommandLineError } from "../output/problem.ts";

/** The flags of `millrace download --metadata-only`. */
export interface TorrentFileFlags {
  readonly dir: string;
  /** The path of the torrent file. Default: the torrent's name with `.torrent`, in `dir`. */
  readonly out?: string;
  readonly overwrite?: boolean;
}

/**
 * Resolves with a function that writes the torrent file of a torrent whose metadata is known, and resolves with the
 * path of the file. Rejects with CommandLineError when `out` is given for several sources. This and the returned
 * function both reject with UsageError `cli.exists` when the file exists already, and with StorageError.
 */
export async function torrentFileWriter(
  runtime: Runtime,
  { dir, out, overwrite = false }: TorrentFileFlags,
  sources: number,
): Promise<(torrent: Torrent) => Promise<string>> {
  if (out !== undefined && sources > 1)
    throw new CommandLineError("--out names one torrent file; leave it out to write several into --dir");
  if (out !== undefined) await refuseToOverwrite(runtime, out, overwrite, "--overwrite");
  return async (torrent) => {
    const bytes = torrent.torrentBytes();
    if (bytes === undefined) throw new StorageError("storage.incomplete", `${torrent.name}: its metadata is not known`);
    const path = out ?? join(dir, safeName(`${torrent.name}.torrent`));
    await refuseToOverwrite(runtime, path, overwrite, "--overwrite");
    if (out === undefined) await runtime.files.makeFolder(dir);
    await runtime.files.replace(path, bytes);
    return path;
  };
}
