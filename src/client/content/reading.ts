import { AbortError, MillraceError, UsageError, type Bitfield } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { Storage } from "../../storage/index.ts";
import { MAX_READ_BYTES, READ_AHEAD_BYTES, READ_AHEAD_PIECES } from "../limits.ts";

/**
 * A torrent whose files are read. The readers call these functions at each step, because the torrent may be paused and
 * resumed during a read.
 */
export interface ReadSource {
  readonly layout: () => FileLayout | undefined;
  /** Returns the valid pieces; `undefined` while they are not known. */
  readonly have: () => Bitfield | undefined;
  readonly storage: () => Storage | undefined;
  /** Returns whether missing pieces may still be downloaded. */
  readonly mayGrow: () => boolean;
  /**
   * Returns bytes of a piece that is being downloaded, of which each block was verified by itself (BEP 52): those from
   * `begin` on, as many as there are in a row. `undefined` when there are none.
   */
  readonly proved: (piece: number, begin: number) => Uint8Array | undefined;
  /**
   * Sets the pieces to download before all others, the most urgent first. `from`: for pieces that are needed from a
   * byte in their middle on first, that byte.
   */
  readonly setUrgent: (pieces: readonly number[], from: ReadonlyMap<number, number>) => void;
}

/**
 * The readers of a torrent's files during its download. The pieces that readers wait for, and the pieces after these,
 * are downloaded first.
 */
export class Readers {
  readonly #source: ReadSource;
  /** The missing pieces among those that each reader needs next. */
  readonly #wanted = new Map<object, readonly number[]>();
  /** For the piece that each reader waits for, the first byte that it needs. */
  readonly #begins = new Map<object, readonly [piece: number, begin: number]>();
  #waiting: (() => void)[] = [];

  constructor(source: ReadSource) {
    this.#source = source;
  }

  /** Called when a piece has arrived or the state of the torrent has changed: waiting readers check again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Called when the torrent has a new downloader: sets the urgent pieces of that downloader. */
  refresh(): void {
    if (this.#wanted.size > 0) this.#setUrgent();
  }

  /**
   * Yields bytes `start` (inclusive) to `end` (exclusive) of a file in order, as they arrive. Throws UsageError
   * `torrent.range`, AbortError, StorageError, MillraceError `torrent.not-active` when a piece is missing and the
   * torrent does not run.
   */
  async *read(
    fileIndex: number,
    start: number,
    end: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const layout = this.#source.layout();
    const file = layout?.files[fileIndex];
    if (
      layout === undefined ||
      file === undefined ||
      file.isPadding ||
      !(start >= 0 && start <= end && end <= file.length)
    ) {
      throw new UsageError(
        "torrent.range",
        `cannot read bytes ${start} to ${end} of file ${fileIndex}: there is no such file, or it is shorter`,
      );
    }
    const reader = {};
    const onAbort = (): void => this.wake();
    signal?.addEventListener("abort", onAbort);
    try {
      const stop = file.offset + end;
      for (let at = file.offset + start; at < stop;) {
        const found = await this.#available(reader, layout, at, stop, signal);
        const chunk = typeof found === "number" ? new Uint8Array(found - at) : found;
        if (chunk !== found) await this.#storage().read(at, [chunk]);
        at += chunk.length;
        if (signal?.aborted === true) throw new AbortError();
        yield chunk;
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#begins.delete(reader);
      if (this.#wanted.delete(reader)) this.#setUrgent();
    }
  }

  #storage(): Storage {
    const storage = this.#source.storage();
    if (storage === undefined) throw notActive();
    return storage;
  }

  /**
   * Waits until the piece at offset `at` is valid. Returns the end of the next read: all data from `at` up to this
   * offset is present. When the block at `at` is valid before its piece is, returns the bytes.
   */
  async #available(
    reader: object,
    layout: FileLayout,
    at: number,
    stop: number,
    signal: AbortSignal | undefined,
  ): Promise<number | Uint8Array> {
    const first = Math.floor(at / layout.pieceLength);
    const last = Math.floor((stop - 1) / layout.pieceLength);
    for (;;) {
      if (signal?.aborted === true) throw new AbortError("aborted", { cause: signal.reason });
      const have = this.#source.have();
      this.#begins.set(reader, [first, at - first * layout.pieceLength]);
      if (have !== undefined)
        this.#want(
          reader,
          have,
          first,
          Math.min(last, first + Math.max(READ_AHEAD_PIECES, Math.floor(READ_AHEAD_BYTES / layout.pieceLength))),
        );
      if (have?.get(first) === true) {
        let end = first;
        // Stops at the length of one read: of two million small pieces, a look at all of them would take longer than
        // the read.
        const enough = Math.min(stop, at + MAX_READ_BYTES);
        while (end < last && (end + 1) * layout.pieceLength < enough && have.get(end + 1)) end++;
        return Math.min(enough, (end + 1) * layout.pieceLength);
      }
      const bytes = this.#source.proved(first, at - first * layout.pieceLength);
      if (bytes !== undefined) return bytes.subarray(0, stop - at);
      if (!this.#source.mayGrow()) throw notActive();
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #want(reader: object, have: Bitfield, first: number, last: number): void {
    const missing: number[] = [];
    for (let piece = first; piece <= last; piece++) if (!have.get(piece)) missing.push(piece);
    const before = this.#wanted.get(reader);
    if (missing.length === 0 ? before === undefined : missing.join() === before?.join()) return;
    if (missing.length === 0) this.#wanted.delete(reader);
    else this.#wanted.set(reader, missing);
    this.#setUrgent();
  }

  #setUrgent(): void {
    this.#source.setUrgent(this.#merged(), new Map(this.#begins.values()));
  }

  /**
   * Returns the missing pieces of all readers, alternating between readers: the first missing piece of each reader,
   * then the second of each, and so on.
   */
  #merged(): number[] {
    const lists = [...this.#wanted.values()];
    const longest = Math.max(0, ...lists.map((list) => list.length));
    const out = new Set<number>();
    for (let at = 0; at < longest; at++) {
      for (const list of lists) {
        const piece = list[at];
        if (piece !== undefined) out.add(piece);
      }
    }
    return [...out];
  }
}

function notActive(): MillraceError {
  return new MillraceError(
    "torrent.not-active",
    "a missing piece cannot be downloaded: the torrent does not run; start it",
  );
}
