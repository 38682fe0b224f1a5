import type { InfoHash } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { CommandLineError } from "../output/problem.ts";
import { readSource } from "./torrent-file.ts";

/** A torrent and the URL of a tracker to which a request about the torrent is sent. */
export interface TrackerTarget {
  readonly infoHash: InfoHash;
  /** The name to print; the info-hash when the name is unknown. */
  readonly name: string;
  readonly trackers: readonly string[];
  /** The size of the torrent in bytes; `undefined` when it is unknown. */
  readonly totalSize: number | undefined;
}

/**
 * Reads torrents from files, magnet links and `--info-hash`, with their trackers. `--tracker` replaces the torrents'
 * own trackers. Throws {@link CommandLineError}.
 */
export async function readTargets(
  runtime: Pick<Runtime, "files" | "hasher">,
  sources: readonly string[],
  infoHashes: readonly InfoHash[],
  trackers: readonly string[] | undefined,
): Promise<TrackerTarget[]> {
  const targets: TrackerTarget[] = infoHashes.map((infoHash) => ({
    infoHash,
    name: infoHash.hex,
    trackers: trackers ?? [],
    totalSize: undefined,
  }));
  for (const text of sources) targets.push(await readTarget(runtime, text, trackers));
  if (targets.length === 0)
    throw new CommandLineError("give a torrent file, a magnet link, or --info-hash with --tracker");
  const homeless = targets.find((target) => target.trackers.length === 0);
  if (homeless !== undefined) throw new CommandLineError(`${homeless.name} has no tracker; add --tracker URL`);
  return targets;
}

async function readTarget(
  runtime: Pick<Runtime, "files" | "hasher">,
  text: string,
  trackers: readonly string[] | undefined,
): Promise<TrackerTarget> {
  const source = await readSource(runtime, text);
  if (source.kind === "torrent") {
    const { metainfo } = source;
    return {
      infoHash: metainfo.id,
      name: metainfo.name,
      trackers: trackers ?? metainfo.trackers.flat(),
      totalSize: metainfo.totalSize,
    };
  }
  const { magnet } = source;
  const infoHash = magnet.infoHash ?? magnet.infoHashV2;
  if (infoHash === undefined) throw new CommandLineError("the magnet link has no info-hash");
  return {
    infoHash,
    name: magnet.name ?? infoHash.hex,
    trackers: trackers ?? magnet.trackers,
    totalSize: magnet.length,
  };
}
