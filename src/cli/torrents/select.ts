import { UsageError } from "../../base/index.ts";
import type { FileFilter, Torrent } from "../../client/index.ts";

/** The selection of the files that match at least one of several globs. */
export interface GlobSelection {
  readonly filter: FileFilter;
  /** Returns an error when no file of the torrent matches any glob, otherwise `undefined`. */
  readonly refuse: (torrent: Torrent) => UsageError | undefined;
}

/**
 * Makes a selection from globs. A glob without a slash matches names in any folder; a glob with a slash matches the
 * path within the torrent.
 */
export async function selectByGlobs(globs: readonly string[]): Promise<GlobSelection> {
  const { default: picomatch } = await import("picomatch");
  const matchers = globs.map((glob) => picomatch(glob, { dot: true, basename: !glob.includes("/") }));
  const matches = (path: string): boolean => matchers.some((matcher) => matcher(path));
  return {
    filter: (_file, path) => matches(path),
    refuse: ({ metainfo, name }) => {
      if (metainfo === undefined || metainfo.files.some((file) => !file.isPadding && matches(file.path.join("/"))))
        return undefined;
      return new UsageError(
        "cli.select",
        `${name}: no file matches --select ${globs.join(" ")}; \`millrace info\` lists them`,
      );
    },
  };
}
