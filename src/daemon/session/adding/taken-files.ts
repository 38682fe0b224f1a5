import { z } from "zod";
import type { Files, FileStat, Log } from "../../../runtime/index.ts";
import { MAX_STATE_BYTES, MAX_TAKEN_FILES } from "../limits.ts";
import { readSealed, writeSealed } from "../records/sealed-text.ts";

/** The properties that identify a file whose content has not changed. */
type Looks = Pick<FileStat, "size" | "modifiedMs">;

const stored = z.record(z.string(), z.object({ size: z.number(), modifiedMs: z.number() }));

/**
 * Files of watch folders that were added and could not be renamed. Kept on disk, so that a torrent that the user
 * removed is not added again.
 */
export class TakenFiles {
  readonly #files: Files;
  readonly #path: string;
  readonly #log: Log;
  /** By path. */
  #taken = new Map<string, Looks>();

  constructor(files: Files, path: string, log: Log) {
    this.#files = files;
    this.#path = path;
    this.#log = log;
  }

  /** Reads the list of an earlier run. When it is damaged, the files are examined again. */
  async load(): Promise<void> {
    const kept = await readSealed(this.#files, this.#path, MAX_STATE_BYTES);
    if (kept === undefined) return;
    const read = stored.safeParse(kept.kind === "sealed" ? kept.value : undefined);
    if (read.success) this.#taken = new Map(Object.entries(read.data));
    else
      this.#log.warn(
        "the list of added files of the watch folder is damaged: files that are still there are added again",
        { path: this.#path },
      );
  }

  has(folder: string, name: string, { size, modifiedMs }: Looks): boolean {
    const taken = this.#taken.get(`${folder}/${name}`);
    return taken?.size === size && taken.modifiedMs === modifiedMs;
  }

  /** On disk when it resolves. Rejects with StorageError. */
  async add(folder: string, name: string, { size, modifiedMs }: Looks): Promise<void> {
    this.#taken.delete(`${folder}/${name}`);
    this.#taken.set(`${folder}/${name}`, { size, modifiedMs });
    for (const oldest of this.#taken.keys()) if (this.#taken.size > MAX_TAKEN_FILES) this.#taken.delete(oldest);
    await this.#save();
  }

  /** Forgets files that are no longer in the folder. */
  async keepOnly(folder: string, names: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#taken.keys()].filter(
      (path) => path.startsWith(`${folder}/`) && !names.has(path.slice(folder.length + 1)),
    );
    if (gone.length === 0) return;
    for (const path of gone) this.#taken.delete(path);
    await this.#save();
  }

  async #save(): Promise<void> {
    await writeSealed(this.#files, this.#path, Object.fromEntries(this.#taken));
  }
}
