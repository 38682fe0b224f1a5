import { StorageError, toError, utf8 } from "../../base/index.ts";
import type { Files, OpenFile } from "../../runtime/index.ts";
import type { RecordingHeader, TapedEvent } from "./event.ts";
import { MAX_RECORDED_EVENTS, MAX_RECORDED_PEERS, MAX_RECORDING_BYTES, MAX_WAITING_TEXT } from "./limits.ts";
import { eventLine, headerLine } from "./lines.ts";
import type { Tape } from "./tape.ts";

/** Options of {@link Recorder}. */
export interface RecorderOptions extends RecordingHeader {
  readonly files: Files;
  readonly path: string;
  readonly tape: Tape;
  /** Whether an existing file may be replaced. */
  readonly overwrite?: boolean | undefined;
  /** The maximum number of characters that wait to be written to the disk. Default {@link MAX_WAITING_TEXT}. */
  readonly maxWaiting?: number | undefined;
  /** The maximum size of the file in bytes. Default {@link MAX_RECORDING_BYTES}. */
  readonly maxBytes?: number | undefined;
  /**
   * Called at most once, when the recording ends early, with the reason: `console.record-slow`, `console.record-full`,
   * or an error of the disk (`storage.*`). The session continues, and the part that was written can be read.
   */
  onError(error: Error): void;
}

/** Approximate number of characters that are written to the disk at once. */
const BATCH = 4_194_304;

/**
 * Writes all events of a session, from its beginning, to a file while the session runs. Each line is JSON
 * (docs/console-recordings.md).
 */
export class Recorder {
  readonly path: string;
  readonly #options: RecorderOptions;
  readonly #file: OpenFile;
  #unfollow: () => void = () => undefined;
  #waiting: string[] = [];
  #waitingLength = 0;
  #position = 0;
  #events = 0;
  #peers = 0;
  #writing: Promise<void> | undefined;
  #hasFailed = false;
  #closing: Promise<void> | undefined;

  private constructor(options: RecorderOptions, file: OpenFile) {
    this.path = options.path;
    this.#options = options;
    this.#file = file;
    this.#push(headerLine(options));
    this.#unfollow = options.tape.follow((event) => this.#note(event));
    // It failed while it took in what had been noted: there was nothing to stop yet.
    if (this.#hasFailed) this.#unfollow();
  }

  /** Starts a recording. Rejects with StorageError; `storage.exists` when the file exists and may not be replaced. */
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

  /** Whether the recording is running: it has neither ended nor failed. */
  get isRunning(): boolean {
    return !this.#hasFailed && this.#closing === undefined;
  }

  /** Ends the recording. Resolves when all lines are on the disk, or when the failure has been reported. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#unfollow();
    await this.#writing;
    try {
      if (!this.#hasFailed) await this.#file.sync();
    } catch (error) {
      this.#fail(toError(error));
    } finally {
      await this.#file.close().catch(() => undefined);
    }
  }

  #note(event: TapedEvent): void {
    if (this.#hasFailed) return;
    this.#events++;
    if (event.event === "peer") this.#peers++;
    if (this.#events > MAX_RECORDED_EVENTS)
      this.#end("console.record-full", `it has reached ${MAX_RECORDED_EVENTS} events`);
    else if (this.#peers > MAX_RECORDED_PEERS)
      this.#end("console.record-full", `it has reached ${MAX_RECORDED_PEERS} peers`);
    else this.#push(eventLine(event));
  }

  #push(line: string): void {
    if (this.#waitingLength + line.length > (this.#options.maxWaiting ?? MAX_WAITING_TEXT)) {
      this.#end("console.record-slow", "the disk is too slow");
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Lines of one moment are one write.
    await Promise.resolve();
    const { maxBytes = MAX_RECORDING_BYTES } = this.#options;
    try {
      while (this.#waiting.length > 0) {
        const bytes = utf8(this.#batch());
        if (this.#position + bytes.length > maxBytes) {
          this.#waiting = [];
          this.#end("console.record-full", `it has reached ${maxBytes} bytes`);
          break;
        }
        await this.#file.write(bytes, this.#position);
        this.#position += bytes.length;
      }
    } catch (error) {
      this.#waiting = [];
      this.#fail(toError(error));
    }
    this.#writing = undefined;
  }

  /** Removes the text for the next write from the queue, and returns it. */
  #batch(): string {
    let count = 0;
    let length = 0;
    while (count < this.#waiting.length && length < BATCH) length += this.#waiting[count++]?.length ?? 0;
    this.#waitingLength -= length;
    return this.#waiting.splice(0, count).join("");
  }

  #end(code: string, why: string): void {
    this.#fail(
      new StorageError(code, `the recording ${this.path} ends early: ${why}`, { fields: { path: this.path } }),
    );
  }

  /** Ends the recording with an error. Text that waits is still written, unless the disk has failed. */
  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#unfollow();
    this.#options.onError(error);
  }
}
