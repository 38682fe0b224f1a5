import { StorageError, toError, utf8 } from "../../base/index.ts";
import type { Files, OpenFile } from "../../runtime/index.ts";
import type { RecordingHeader } from "./event.ts";
import { eventLine, headerLine } from "./lines.ts";
import { MAX_RECORDING_BYTES, MAX_WAITING_TEXT } from "./limits.ts";
import type { Tape } from "./tape.ts";

export interface RecorderOptions extends RecordingHeader {
  readonly files: Files;
  readonly path: string;
  readonly tape: Tape;
  /** Lets a file that is there be replaced. */
  readonly overwrite?: boolean | undefined;
  /** The recording ended early: the disk refused, or it grew too large. Called once at the most. What was written stays readable. */
  onError(error: Error): void;
}

/** Characters that are written at once, about. */
const BATCH = 4_194_304;

/** Writes a session as lines of JSON, from its beginning (see docs/console-recordings.md), while it goes on. */
export class Recorder {
  readonly path: string;
  readonly #options: RecorderOptions;
  readonly #file: OpenFile;
  readonly #unfollow: () => void;
  #waiting: string[] = [];
  #waitingLength = 0;
  #position = 0;
  #writing: Promise<void> | undefined;
  #hasEnded = false;

  private constructor(options: RecorderOptions, file: OpenFile) {
    this.path = options.path;
    this.#options = options;
    this.#file = file;
    this.#push(headerLine(options));
    this.#unfollow = options.tape.follow((event) => this.#push(eventLine(event)));
    // Ended while it took in what had been noted: there was nothing to stop yet.
    if (this.#hasEnded) this.#unfollow();
  }

  /** Begins a recording. Rejects with StorageError; `storage.exists` when a file is there and may not be replaced. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const file = await options.files.open(options.path, options.overwrite === true ? "write" : "exclusive");
    try {
      await file.truncate(0);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Recorder(options, file);
  }

  /** Ends the recording. Resolves when all is on disk, or when the failure has been told. */
  async close(): Promise<void> {
    this.#unfollow();
    const hadEnded = this.#hasEnded;
    this.#hasEnded = true;
    await this.#writing;
    try {
      await this.#file.sync();
    } catch (error) {
      if (!hadEnded) this.#options.onError(toError(error));
    } finally {
      await this.#file.close().catch(() => undefined);
    }
  }

  #push(line: string): void {
    if (this.#hasEnded) return;
    if (this.#waitingLength + line.length > MAX_WAITING_TEXT) return this.#fail(new StorageError("storage.failed", `the recording ${this.path} ends early: the disk is too slow for it`));
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    // Lines of one moment are one write.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        const bytes = utf8(this.#batch());
        if (this.#position + bytes.length > MAX_RECORDING_BYTES) {
          throw new StorageError("storage.too-long", `the recording ${this.path} ends early: it has reached ${MAX_RECORDING_BYTES} bytes`);
        }
        await this.#file.write(bytes, this.#position);
        this.#position += bytes.length;
      }
    } catch (error) {
      this.#waiting = [];
      this.#fail(toError(error));
    }
  }

  /** Takes what is written at once. */
  #batch(): string {
    let count = 0;
    let length = 0;
    while (count < this.#waiting.length && length < BATCH) length += this.#waiting[count++]?.length ?? 0;
    this.#waitingLength -= length;
    return this.#waiting.splice(0, count).join("");
  }

  #fail(error: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onError(error);
  }
}
