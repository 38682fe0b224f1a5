import { AbortError, Bitfield, StorageError, toStorageError } from "../../base/index.ts";
import { checkPieces, pieceVerifier } from "../../storage/index.ts";
import type { Swarm } from "../../swarm/index.ts";
import type { Content } from "./content.ts";
import type { TorrentHost } from "../torrent/host.ts";

/** The codes of read errors that mean that a file has changed since its pieces were verified. */
const SUSPECT = new Set(["storage.changed", "storage.short"]);

/** Options of {@link Suspicion}. */
export interface SuspicionOptions {
  readonly host: Pick<TorrentHost, "checks" | "runtime">;
  readonly swarm: Swarm;
  readonly content: Content;
  /** Receives the read error, before the file is checked. */
  readonly onDoubt: (error: StorageError) => void;
  /**
   * Receives the error when pieces of the file are no longer valid. They are downloaded again only when the user
   * requests it.
   */
  readonly onDamage: (error: StorageError) => void;
  readonly signal: AbortSignal;
}

/**
 * Handles files that changed while they were shared: their pieces are withdrawn from peers at once and hashed again.
 */
export class Suspicion {
  readonly #options: SuspicionOptions;
  readonly #checking = new Set<number>();

  constructor(options: SuspicionOptions) {
    this.#options = options;
  }

  /**
   * If the error means that a file has changed, starts a check of that file and returns true. Otherwise returns false.
   */
  handle(error: StorageError): boolean {
    const { file } = error.fields;
    if (!SUSPECT.has(error.code) || typeof file !== "number") return false;
    if (this.#checking.has(file)) return true;
    this.#check(file, error).catch((thrown: unknown) => {
      if (!(thrown instanceof AbortError)) this.#options.onDamage(toStorageError(thrown));
    });
    return true;
  }

  async #check(file: number, error: StorageError): Promise<void> {
    const { host, swarm, content, signal } = this.#options;
    const { metainfo, storage, have } = content;
    const { layout } = metainfo;
    this.#checking.add(file);
    try {
      const pieces = new Bitfield(layout.pieceCount);
      const { first, last } = layout.filePieces(file);
      for (let piece = first; piece <= last; piece++) if (have.get(piece)) pieces.set(piece);
      for (const piece of pieces.ones()) have.set(piece, false);
      swarm.withdraw(pieces);
      this.#options.onDoubt(error);
      await storage.reopen?.(file);
      const verifier = pieceVerifier(metainfo, host.runtime.hasher);
      const valid = await host.checks.run(() => checkPieces({ storage, verifier, pieces, signal }));
      if (signal.aborted) return;
      for (const piece of valid.ones()) have.set(piece);
      swarm.announce(valid);
      const lost = pieces.count - valid.count;
      if (lost === 0) return;
      const path = String(error.fields["path"]);
      const message = `${path} was changed by another program: ${lost} of its pieces are no longer valid. Start the torrent again to download them, which overwrites the changes`;
      this.#options.onDamage(new StorageError("storage.changed", message, { fields: { path, file, lost } }));
    } finally {
      this.#checking.delete(file);
    }
  }
}
