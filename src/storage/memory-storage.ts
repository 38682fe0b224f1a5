import { StorageError } from "../base/index.ts";
import type { FileLayout } from "../metainfo/index.ts";
import { partsLength, sliceParts, type FileStamp, type Storage } from "./storage.ts";

/**
 * Stores a torrent in memory, which is allocated piece by piece. The data is lost when the process ends.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { createTorrent } from "millrace/creation";
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { MemoryStorage } from "millrace/storage";
 *
 * const runtime = nodeRuntime();
 * await writeFile("film.mkv", "not much of a film");
 * const { metainfo } = await createTorrent(runtime, { path: "film.mkv" });
 * const storage = new MemoryStorage(metainfo.layout);
 * await storage.write(4, [new Uint8Array([1, 2])]);
 * const bytes = new Uint8Array(3);
 * await storage.read(4, [bytes]);
 * bytes; // => new Uint8Array([1, 2, 0])
 * await runtime.close();
 * ```
 */
export class MemoryStorage implements Storage {
  readonly #layout: FileLayout;
  readonly #pieces = new Map<number, Uint8Array>();

  constructor(layout: FileLayout) {
    this.#layout = layout;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    this.#each(offset, partsLength(into), (piece, begin, at, length) => {
      const data = this.#pieces.get(piece);
      if (data === undefined) throw new StorageError("storage.short", `piece ${piece} is not in memory`);
      let from = begin;
      for (const part of sliceParts(into, at, length)) {
        part.set(data.subarray(from, from + part.length));
        from += part.length;
      }
    });
  }

  async write(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    this.#each(offset, partsLength(parts), (piece, begin, at, length) => {
      let data = this.#pieces.get(piece);
      if (data === undefined) {
        data = new Uint8Array(this.#layout.pieceLength);
        this.#pieces.set(piece, data);
      }
      let to = begin;
      for (const part of sliceParts(parts, at, length)) {
        data.set(part, to);
        to += part.length;
      }
    });
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  segments(): undefined {
    return undefined;
  }

  select(): Promise<void> {
    return Promise.resolve();
  }

  stamps(): Promise<readonly (FileStamp | undefined)[]> {
    return Promise.resolve(this.#layout.files.map(() => undefined));
  }

  hasData(): Promise<boolean> {
    return Promise.resolve(this.#pieces.size > 0);
  }

  remove(): Promise<void> {
    this.#pieces.clear();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #each(
    offset: number,
    length: number,
    visit: (piece: number, begin: number, at: number, length: number) => void,
  ): void {
    const { pieceLength } = this.#layout;
    for (let at = 0; at < length;) {
      const piece = Math.floor((offset + at) / pieceLength);
      const begin = offset + at - piece * pieceLength;
      const count = Math.min(length - at, pieceLength - begin);
      visit(piece, begin, at, count);
      at += count;
    }
  }
}
