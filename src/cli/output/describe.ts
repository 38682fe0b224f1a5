import { formatHostPort } from "../../base/index.ts";
import { formatMagnet, magnetOf } from "../../metainfo/index.ts";
import type { LayoutFile, Magnet, Metainfo } from "../../metainfo/index.ts";

/**
 * A file of a torrent in JSON output. `path` has `/` between its components and is safe to use below the torrent's
 * folder.
 */
export interface FileFacts {
  readonly path: string;
  /** The length in bytes; 0 for a symbolic link. */
  readonly length: number;
  readonly padding?: true;
  /** The target of a symbolic link, relative to the torrent's folder (BEP 47). */
  readonly symlink?: string;
}

/** The JSON object that `info --json` and `create --json` print. Scripts rely on its form. */
export interface TorrentFacts {
  readonly name: string;
  /** The v1 info-hash in hexadecimal; `null` for a pure v2 torrent. */
  readonly infoHash: string | null;
  /** The v2 info-hash in hexadecimal; `null` for a v1 torrent. */
  readonly infoHashV2: string | null;
  readonly version: "v1" | "v2" | "hybrid";
  /** The piece length in bytes. */
  readonly pieceLength: number;
  readonly pieceCount: number;
  /** The size of all files in bytes, without padding files. */
  readonly totalSize: number;
  readonly isSingleFile: boolean;
  readonly private: boolean;
  /** Files in the order of the torrent. */
  readonly files: readonly FileFacts[];
  readonly trackers: readonly (readonly string[])[];
  /** Web seeds of BEP 19 (`url-list`). */
  readonly webSeeds: readonly string[];
  /** Web seeds of BEP 17 (`httpseeds`). */
  readonly httpSeeds: readonly string[];
  readonly comment: string | null;
  readonly createdBy: string | null;
  /** The creation date in ISO 8601 form; `null` when the torrent has none. */
  readonly creationDate: string | null;
  readonly source: string | null;
  readonly magnet: string;
}

/** Returns a file's path with `/` between its components. */
export function filePath(file: LayoutFile): string {
  return file.path.join("/");
}

function fileFacts(file: LayoutFile): FileFacts {
  return {
    path: filePath(file),
    length: file.length,
    ...(file.isPadding ? { padding: true as const } : {}),
    ...(file.symlinkPath === undefined ? {} : { symlink: file.symlinkPath.join("/") }),
  };
}

/** Returns the facts of a torrent for `--json`. */
export function torrentFacts(metainfo: Metainfo): TorrentFacts {
  return {
    name: metainfo.name,
    infoHash: metainfo.infoHash?.hex ?? null,
    infoHashV2: metainfo.infoHashV2?.hex ?? null,
    version: metainfo.version,
    pieceLength: metainfo.pieceLength,
    pieceCount: metainfo.pieceCount,
    totalSize: metainfo.totalSize,
    isSingleFile: metainfo.isSingleFile,
    private: metainfo.isPrivate,
    files: metainfo.files.map(fileFacts),
    trackers: metainfo.trackers,
    webSeeds: metainfo.webSeeds,
    httpSeeds: metainfo.httpSeeds,
    comment: metainfo.comment ?? null,
    createdBy: metainfo.createdBy ?? null,
    creationDate: metainfo.creationDate?.toISOString() ?? null,
    source: metainfo.source ?? null,
    magnet: formatMagnet(magnetOf(metainfo)),
  };
}

/** The JSON object that commands print for a magnet link with `--json`. */
export interface MagnetFacts {
  readonly name: string | null;
  readonly infoHash: string | null;
  readonly infoHashV2: string | null;
  /** The size in bytes from the link (`xl`); `null` when the link has none. */
  readonly totalSize: number | null;
  /** The announce URLs by tier. Each tracker of a magnet link is in a tier of its own. */
  readonly trackers: readonly (readonly string[])[];
  readonly webSeeds: readonly string[];
  readonly peers: readonly string[];
  readonly selectOnly: readonly { readonly first: number; readonly last: number }[];
  readonly magnet: string;
}

/** Returns the facts of a magnet link for `--json`. */
export function magnetFacts(magnet: Magnet): MagnetFacts {
  return {
    name: magnet.name ?? null,
    infoHash: magnet.infoHash?.hex ?? null,
    infoHashV2: magnet.infoHashV2?.hex ?? null,
    totalSize: magnet.length ?? null,
    trackers: magnet.trackers.map((url) => [url]),
    webSeeds: magnet.webSeeds,
    peers: magnet.peers.map(({ host, port }) => formatHostPort(host, port)),
    selectOnly: magnet.selectOnly,
    magnet: formatMagnet(magnet),
  };
}
