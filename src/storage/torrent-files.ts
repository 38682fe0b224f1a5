import type { Metainfo } from "../metainfo/index.ts";
import { FileStorage } from "./files/file-storage.ts";
import type { FileStorageOptions } from "./files/file-storage-options.ts";

/**
 * Creates the storage for a torrent's files. They are in `folder`; those of a torrent of several files are in a
 * subfolder with the torrent's name.
 */
export function torrentFiles(metainfo: Metainfo, options: Omit<FileStorageOptions, "layout" | "name">): FileStorage {
  return new FileStorage({
    ...options,
    layout: metainfo.layout,
    name: metainfo.isSingleFile ? undefined : metainfo.name,
  });
}
