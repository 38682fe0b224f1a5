import { AbortError, MillraceError, UsageError, type Bitfield } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { Storage } from "../../storage/index.ts";
import { MAX_READ_BYTES, READ_AHEAD_BYTES, READ_AHEAD_PIECES } from "../limits.ts";

/** A torrent, as those who read its files see it. Asked anew at each step: it may be paused and resumed meanwhile. */
export interface ReadSource {
  readonly layout: () => FileLayout | undefined;
  /** The pieces that are there; `undefined` while that is being found out. */
  readonly have: () => Bitfield | undefined;
  readonly storage: () => Storage | undefined;
  /** Whether pieces that are missing may come. */
  readonly mayGrow: () => boolean;
  /** These pieces are waited for, the most urgent first. */
  readonly setUrgent: (pieces: readonly number[]) => void;
}

/**
 * Who reads files of a torrent while it downloads: what they wait for, and what they will want next, is fetched first.
 */
export class Readers {
  readonly #source: ReadSource;
  /** By reader, the pieces that are missing of those that it wants next. */
  readonly #wanted = new Map<object, readonly number[]>();
  #waiting: (() => void)[] = [];

  constructor(source: ReadSource) {
    this.#source = source;
  }

  /** Something changed: a piece came, or the torrent does something else. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** The torrent has a new downloader: sets its urgent pieces. */
  refresh(): void {
    if (this.#wanted.size > 0) this.#source.setUrgent(this.#merged());
  }

  /**
   * Bytes `start` up to and without `end` of a file, in order, as they come. Throws UsageError `torrent.range`,
   * AbortError, MillraceError `torrent.not-active` when a piece is missing that will not come, StorageError.
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
        `bytes ${start} to ${end} of file ${fileIndex}: there is no such file, or it is shorter`,
      );
    }
    const reader = {};
    const onAbort = (): void => this.wake();
    signal?.addEventListener("abort", onAbort);
    try {
      const stop = file.offset + end;
      for (let at = file.offset + start; at < stop;) {
        const upTo = await this.#available(reader, layout, at, stop, signal);
        const chunk = new Uint8Array(upTo - at);
        await this.#storage().read(at, [chunk]);
        at = upTo;
        if (signal?.aborted === true) throw new AbortError();
        yield chunk;
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (this.#wanted.delete(reader)) this.#source.setUrgent(this.#merged());
    }
  }

  #storage(): Storage {
    const storage = this.#source.storage();
    if (storage === undefined) throw notActive();
    return storage;
  }

  /** Waits for the piece at `at`; answers up to where bytes are there, and where the next read ends. */
  async #available(
    reader: object,
    layout: FileLayout,
    at: number,
    stop: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const first = Math.floor(at / layout.pieceLength);
    const last = Math.floor((stop - 1) / layout.pieceLength);
    for (;;) {
      if (signal?.aborted === true) throw new AbortError("aborted", { cause: signal.reason });
      const have = this.#source.have();
      if (have !== undefined)
        this.#want(
          reader,
          have,
          first,
          Math.min(last, first + Math.max(READ_AHEAD_PIECES, Math.floor(READ_AHEAD_BYTES / layout.pieceLength))),
        );
      if (have?.get(first) === true) {
        let end = first;
        // No further than one read goes: of two million small pieces, looking at all for each read would take longer
        // than reading.
        const enough = Math.min(stop, at + MAX_READ_BYTES);
        while (end < last && (end + 1) * layout.pieceLength < enough && have.get(end + 1)) end++;
        return Math.min(enough, (end + 1) * layout.pieceLength);
      }
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
    this.#source.setUrgent(this.#merged());
  }

  /** What the readers wait for first, then what comes after that. */
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
  return new MillraceError("torrent.not-active", "a part that is missing cannot be fetched: the torrent does not run");
}
