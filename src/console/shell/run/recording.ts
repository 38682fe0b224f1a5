import { errorCode, StorageError, UsageError } from "../../../base/index.ts";
import type { Files } from "../../../runtime/index.ts";
import { Recorder, Tape } from "../../record/index.ts";
import type { ConsoleSession } from "../../session/session.ts";

/**
 * Records a live session to a file. Only one recording runs at a time; each begins with the first event of the
 * session.
 */
export class SessionRecording {
  readonly #session: ConsoleSession;
  readonly #files: Files;
  readonly #tape: Tape;
  #recorder: Recorder | undefined;
  /** The path of the current recording, also while it is being started; `undefined` if there is none. */
  #path: string | undefined;

  /** Must be called before the session contacts a peer, so that recordings are complete. */
  constructor(session: ConsoleSession, files: Files) {
    this.#session = session;
    this.#files = files;
    this.#tape = Tape.of(session);
  }

  /**
   * Starts a recording. Rejects with StorageError (`storage.exists` when the file exists and may not be replaced) and
   * UsageError.
   */
  async begin(path: string, overwrite: boolean): Promise<void> {
    if (this.#path !== undefined)
      throw new UsageError("console.recording", `already recording to ${this.#path}; record(false) ends the recording`);
    // Taken before the file is open: the next call may come at once.
    this.#path = path;
    const { startedAt, infoHash, log } = this.#session;
    try {
      this.#recorder = await Recorder.open({
        files: this.#files,
        path,
        overwrite,
        tape: this.#tape,
        kind: "session",
        startedAt,
        infoHash: infoHash.hex,
        onError: (error) => log.warn(error.message),
      });
    } catch (error) {
      this.#path = undefined;
      if (errorCode(error) !== "storage.exists") throw error;
      throw new StorageError(
        "storage.exists",
        `${path} exists already; record(file, { overwrite: true }) replaces it`,
        { cause: error },
      );
    }
    log.info(`recording to ${path}`);
  }

  /** Ends the recording. Resolves when all of it is on the disk. */
  async end(): Promise<void> {
    const recorder = this.#recorder;
    if (recorder === undefined) return;
    this.#recorder = undefined;
    this.#path = undefined;
    await recorder.close();
  }
}
