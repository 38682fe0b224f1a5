import { InputError } from "../../base/index.ts";
import { safeName, type Metainfo } from "../../metainfo/index.ts";

/**
 * Throws InputError `torrent.name` for a name that cannot be used for a torrent's file or folder. It must be valid on
 * every system (no `/`, `\` or control character, not `.` or `..`, no device name of Windows, no dot or space at the
 * end, at most 255 bytes of UTF-8) and not be one of Millrace's own file names.
 */
export function checkDiskName(name: string): void {
  if (safeName(name) !== name)
    throw new InputError(
      "torrent.name",
      `${JSON.stringify(name.slice(0, 100))} cannot be the name of a torrent's file or folder: choose a name that every system accepts`,
    );
}

/**
 * Returns the metainfo with `name` as the name of the torrent's file or folder on the disk; the same object when it
 * already has that name. Throws the error of {@link checkDiskName}.
 */
export function withDiskName(metainfo: Metainfo, name: string | undefined): Metainfo {
  if (name === undefined || name === metainfo.name) return metainfo;
  checkDiskName(name);
  return metainfo.named(name);
}
