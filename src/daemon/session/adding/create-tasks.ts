import type { CreateRequest, CreateTask } from "../../../api/index.ts";
import { resolve } from "node:path";
import { InputError, MillraceError, toError } from "../../../base/index.ts";
import { createTorrent } from "../../../creation/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { isInside } from "../files/inside.ts";
import type { SessionTasks } from "../session.ts";
import { MAX_TASKS } from "../limits.ts";

/** Options of {@link CreateTasks}. */
export interface CreateTasksOptions {
  readonly runtime: Runtime;
  readonly createdBy: string;
  readonly downloadDir: () => string;
  /** Whether a symbolic link may lead out of the folder from which a torrent is made, or out of the download folder. */
  readonly followLinks: boolean;
  readonly onChange: (task: CreateTask) => void;
  /**
   * Called with each torrent file that was made, to add it to the session. `path` is the path of the torrent's data.
   * Resolves to the torrent's id.
   */
  readonly onMade: (bytes: Uint8Array, path: string, seed: boolean) => Promise<string>;
}

interface Job {
  task: CreateTask;
  readonly abort: AbortController;
}

/** Makes torrent files, one at a time. Each is a task that reports its progress and can be cancelled. */
export class CreateTasks implements SessionTasks {
  readonly #options: CreateTasksOptions;
  readonly #jobs = new Map<string, Job>();
  #last: Promise<void> = Promise.resolve();
  #lastId = 0;

  constructor(options: CreateTasksOptions) {
    this.#options = options;
  }

  /** Returns all tasks, in the order in which they were requested. */
  list(): readonly CreateTask[] {
    return [...this.#jobs.values()].map(({ task }) => task);
  }

  begin(request: CreateRequest): CreateTask {
    const task: CreateTask = {
      id: String(++this.#lastId),
      path: request.path,
      state: "hashing",
      progress: 0,
      torrent: null,
      error: null,
    };
    const job: Job = { task, abort: new AbortController() };
    this.#jobs.set(task.id, job);
    this.#forgetOld();
    this.#options.onChange(task);
    this.#last = this.#last.then(() => this.#run(job, request));
    return task;
  }

  /**
   * Cancels a task that runs or waits, or removes a task that has ended. Returns false when there is no task with
   * this id.
   */
  cancel(id: string): boolean {
    const job = this.#jobs.get(id);
    if (job === undefined) return false;
    if (job.task.state === "hashing") job.abort.abort();
    else this.#jobs.delete(id);
    return true;
  }

  /** Cancels all tasks. Resolves when no task runs any longer. */
  async close(): Promise<void> {
    for (const { abort } of this.#jobs.values()) abort.abort();
    await this.#last;
  }

  async #run(job: Job, request: CreateRequest): Promise<void> {
    const { runtime, createdBy, onMade, followLinks } = this.#options;
    const { signal } = job.abort;
    try {
      if (signal.aborted) throw new MillraceError("aborted", "cancelled");
      if (!followLinks) await this.#refuseLinkOut(request.path);
      let shown = 0;
      const { bytes } = await createTorrent(runtime, {
        path: request.path,
        refuseLinksOut: !followLinks,
        version: request.format ?? "v1",
        pieceLength: request.pieceLength,
        trackers: (request.trackers ?? []).map((url) => [url]),
        private: request.private,
        comment: request.comment === "" ? undefined : request.comment,
        createdBy,
        creationDate: new Date(runtime.clock.wallTime()),
        signal,
        onProgress: ({ hashedBytes, totalBytes }) => {
          const progress = totalBytes === 0 ? 1 : Math.floor((hashedBytes / totalBytes) * 100) / 100;
          if (progress === shown) return;
          shown = progress;
          this.#update(job, { progress });
        },
      });
      const torrent = await onMade(bytes, request.path, request.seed ?? true);
      this.#update(job, { state: "done", progress: 1, torrent });
    } catch (error) {
      if (signal.aborted) this.#update(job, { state: "cancelled" });
      else this.#update(job, { state: "failed", error: toError(error).message });
    }
  }

  /**
   * Throws InputError `session.link` when a path inside the download folder leads out of the folder through a
   * symbolic link, which a downloaded torrent may contain.
   */
  async #refuseLinkOut(path: string): Promise<void> {
    const { runtime, downloadDir } = this.#options;
    const folder = downloadDir();
    if (!resolve(path).startsWith(`${resolve(folder)}/`) || (await isInside(runtime.files, folder, path))) return;
    throw new InputError(
      "session.link",
      `${path} leads outside of ${folder} through a symbolic link; to allow this, set follow-links in the configuration`,
    );
  }

  #update(job: Job, changes: Partial<CreateTask>): void {
    job.task = { ...job.task, ...changes };
    this.#options.onChange(job.task);
  }

  /** Removes the oldest of the ended tasks when there are too many. */
  #forgetOld(): void {
    for (const [id, { task }] of this.#jobs) {
      if (this.#jobs.size <= MAX_TASKS) return;
      if (task.state !== "hashing") this.#jobs.delete(id);
    }
  }
}
