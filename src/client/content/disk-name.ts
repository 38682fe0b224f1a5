import { InputError } from "../../base/index.ts";
import { safeName, type Metainfo } from "../../metainfo/index.ts";

/**
 * Throws InputError `torrent.name` for what cannot name a torrent's file or folder on the disk: a name has to be one
 * that every system takes (no `/`, `\` or control character, not `.` or `..`, no device of Windows, no dot or space at
 * the end, at most 255 bytes of UTF-8), and none of our own.
 */
export function checkDiskName(name: string): void {
  if (safeName(name) !== name)
    throw new InputError(
      "torrent.name",
      `${JSON.stringify(name.slice(0, 100))} is no name for a file or folder that every system takes`,
    );
}

/**
 * The torrent with another name for its file or folder on the disk; the same one when that is its name already. Throws
 * as {@link checkDiskName}.
 */
export function withDiskName(metainfo: Metainfo, name: string | undefined): Metainfo {
  if (name === undefined || name === metainfo.name) return metainfo;
  checkDiskName(name);
  return metainfo.named(name);
}
