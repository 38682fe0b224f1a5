import { InputError, type InfoHash } from "../../base/index.ts";
import type { Metainfo, PieceLayers } from "../../metainfo/index.ts";

/** The info-hashes of a torrent: one, or two for a hybrid torrent (BEP 52). */
export class TorrentHashes {
  /** The info-hash that identifies the torrent in the client, also when a second one becomes known later. */
  readonly id: InfoHash;
  #other: InfoHash | undefined;
  readonly #onOther: (infoHash: InfoHash) => void;

  /** `onOther` is called when the metadata has shown that the torrent has a second info-hash. */
  constructor(id: InfoHash, other: InfoHash | undefined, onOther: (infoHash: InfoHash) => void) {
    this.id = id;
    this.#other = other;
    this.#onOther = onOther;
  }

  /** The second info-hash of a hybrid torrent; `undefined` for other torrents, and while it is not known. */
  get other(): InfoHash | undefined {
    return this.#other;
  }

  /** All info-hashes that are known. */
  get all(): readonly InfoHash[] {
    return this.#other === undefined ? [this.id] : [this.id, this.#other];
  }

  /**
   * Called when the metadata is known. Throws {@link InputError} `magnet.mismatch` when the link has a second info-hash
   * that is not the torrent's.
   */
  learn({ infoHash, infoHashV2 }: Pick<Metainfo, "infoHash" | "infoHashV2">): void {
    const second = [infoHash, infoHashV2].find((hash) => hash?.equals(this.id) === false);
    if (this.#other !== undefined && second?.equals(this.#other) !== true)
      throw new InputError(
        "magnet.mismatch",
        `the link has the info-hashes ${this.id.hex} and ${this.#other.hex}, which belong to different torrents`,
      );
    if (second === undefined || this.#other !== undefined) return;
    this.#other = second;
    this.#onOther(second);
  }
}

/**
 * Returns the piece layers of a pure v2 torrent when some are missing: they have to be fetched before its data can be
 * verified. A hybrid torrent is verified by its v1 hashes meanwhile.
 */
export function missingLayers({ version, layersV2 }: Metainfo): PieceLayers | undefined {
  return version === "v2" && layersV2 !== undefined && layersV2.missing().length > 0 ? layersV2 : undefined;
}
