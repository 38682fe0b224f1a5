import { z } from "zod";
import type { Files, FileStat, Log } from "../../../runtime/index.ts";
import { MAX_STATE_BYTES, MAX_TAKEN_FILES } from "../limits.ts";
import { readSealed, writeSealed } from "../records/sealed-text.ts";

/** The size and modification time of a file. While both stay the same, the file counts as unchanged. */
type Looks = Pick<FileStat, "size" | "modifiedMs">;

const stored = z.record(z.string(), z.object({ size: z.number(), modifiedMs: z.number() }));

/**
 * The files in watch folders that were added as torrents but could not be renamed. The list is stored on the disk, so
 * that a torrent that the user removed is not added again from its file.
 */
export class TakenFiles {
  readonly #files: Files;
  readonly #path: string;
  readonly #log: Log;
  /** The size and modification time of each file in the list, by path. */
  #taken = new Map<string, Looks>();

  constructor(files: Files, path: string, log: Log) {
    this.#files = files;
    this.#path = path;
    this.#log = log;
  }

  /** Reads the list of an earlier run. A damaged list is dropped; files in the watch folder are then added again. */
  async load(): Promise<void> {
    const kept = await readSealed(this.#files, this.#path, MAX_STATE_BYTES);
    if (kept === undefined) return;
    const read = stored.safeParse(kept.kind === "sealed" ? kept.value : undefined);
    if (read.success) this.#taken = new Map(Object.entries(read.data));
    else
      this.#log.warn("the list of added files of the watch folder is damaged: files that still exist are added again", {
        path: this.#path,
      });
  }

  has(folder: string, name: string, { size, modifiedMs }: Looks): boolean {
    const taken = this.#taken.get(`${folder}/${name}`);
    return taken?.size === size && taken.modifiedMs === modifiedMs;
  }

  /** Adds a file to the list. Resolves when the list is on the disk. Rejects with StorageError. */
  async add(folder: string, name: string, { size, modifiedMs }: Looks): Promise<void> {
    this.#taken.delete(`${folder}/${name}`);
    this.#taken.set(`${folder}/${name}`, { size, modifiedMs });
    for (const oldest of this.#taken.keys()) if (this.#taken.size > MAX_TAKEN_FILES) this.#taken.delete(oldest);
    await this.#save();
  }

  /** Removes from the list the files of `folder` whose names are not in `names`, because they no longer exist. */
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
