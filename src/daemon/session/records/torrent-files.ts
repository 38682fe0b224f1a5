import { errorCode } from "../../../base/index.ts";
import { MAX_TORRENT_LENGTH } from "../../../metainfo/index.ts";
import type { Files } from "../../../runtime/index.ts";

const TORRENT_FILE = /^([0-9a-f]{40}(?:[0-9a-f]{24})?)\.torrent$/;

/** Stores the torrent files of all torrents of the session on the disk, by info-hash. */
export class TorrentFiles {
  readonly #files: Files;
  readonly #folder: string;
  #isMade = false;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Stores a torrent file. Resolves when it is on the disk. */
  async put(id: string, bytes: Uint8Array): Promise<void> {
    if (!this.#isMade) await this.#files.makeFolder(this.#folder);
    this.#isMade = true;
    await this.#files.replace(this.#path(id), bytes);
  }

  /** Resolves to the bytes of a torrent file; `undefined` if there is none. */
  async get(id: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#files.readAll(this.#path(id), MAX_TORRENT_LENGTH);
    } catch (error) {
      if (errorCode(error) === "storage.not-found") return undefined;
      throw error;
    }
  }

  /** Resolves to the info-hashes of all stored files. */
  async ids(): Promise<string[]> {
    if ((await this.#files.stat(this.#folder)) === undefined) return [];
    const entries = await this.#files.list(this.#folder);
    return entries.flatMap(({ name, kind }) => (kind === "file" ? (TORRENT_FILE.exec(name)?.[1] ?? []) : []));
  }

  remove(id: string): Promise<void> {
    return this.#files.removeFile(this.#path(id));
  }

  #path(id: string): string {
    return `${this.#folder}/${id}.torrent`;
  }
}
