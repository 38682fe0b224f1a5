import type { Metainfo } from "../../metainfo/index.ts";

/** Returns the metadata of a torrent as an object with the property names that the console uses. */
export function describeTorrent(metainfo: Metainfo): object {
  return {
    name: metainfo.name,
    infoHash: metainfo.id.hex,
    version: metainfo.version,
    size: metainfo.totalSize,
    pieceLength: metainfo.pieceLength,
    pieceCount: metainfo.pieceCount,
    private: metainfo.isPrivate,
    files: metainfo.files
      .filter((file) => !file.isPadding)
      .map((file) => ({ path: file.path.join("/"), length: file.length })),
    trackers: metainfo.trackers,
    metadataSize: metainfo.infoBytes.length,
  };
}
