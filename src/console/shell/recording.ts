import { UsageError } from "../../base/index.ts";
import type { Files } from "../../runtime/index.ts";
import { Recorder, Tape } from "../record/index.ts";
import type { ConsoleSession } from "../session/session.ts";

/** Recordings of a live session: one at a time, each from the session's beginning. */
export class SessionRecording {
  readonly #session: ConsoleSession;
  readonly #files: Files;
  readonly #tape: Tape;
  #recorder: Recorder | undefined;

  /** To be made before a peer is contacted. */
  constructor(session: ConsoleSession, files: Files) {
    this.#session = session;
    this.#files = files;
    this.#tape = Tape.of(session);
  }

  /** Begins to write. Rejects with StorageError, `storage.exists` when a file is there that may not be replaced, and UsageError. */
  async begin(path: string, overwrite: boolean): Promise<void> {
    if (this.#recorder !== undefined) throw new UsageError("console.recording", `already recording to ${this.#recorder.path}; record(false) ends that`);
    const { startedAt, infoHash, log } = this.#session;
    this.#recorder = await Recorder.open({ files: this.#files, path, overwrite, tape: this.#tape, kind: "session", startedAt, infoHash: infoHash.hex, onError: (error) => log.warn(error.message) });
    log.info(`recording to ${path}`);
  }

  /** Resolves when all is on disk. */
  async end(): Promise<void> {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    await recorder?.close();
  }
}
