import { StorageError } from "../base/index.ts";
import type { Files } from "../runtime/index.ts";

function parent(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/**
 * Makes folders below a root and refuses to follow a symbolic link out of it: a torrent must not be able to write through a
 * link that happens to lie in the download folder.
 */
export class SafeFolders {
  readonly #files: Files;
  readonly #root: string;
  readonly #known = new Set<string>();
  #realRoot: string | undefined;

  constructor(files: Files, root: string) {
    this.#files = files;
    this.#root = root;
  }

  /** Makes the folders above the file `path`. Rejects with StorageError `storage.outside` when a link leads out of the root. */
  async make(path: string): Promise<void> {
    const folder = parent(path);
    if (!this.#known.has(folder)) {
      await this.#files.makeFolder(this.#root);
      // Before anything is made: mkdir would follow a link, too.
      await this.#checkExisting(folder);
      await this.#files.makeFolder(folder);
      this.#known.add(folder);
    }
    await this.#checkLink(path);
  }

  /** Rejects as {@link SafeFolders.make} does, and makes nothing. */
  async check(path: string): Promise<void> {
    await this.#checkExisting(parent(path));
  }

  /** Checks the nearest folder above that exists. */
  async #checkExisting(folder: string): Promise<void> {
    for (let at = folder; at.length >= this.#root.length; at = parent(at)) {
      const real = await this.#files.realPath(at);
      if (real !== undefined) {
        await this.#requireInside(real, at);
        return;
      }
      if (at === "/" || at === this.#root) return;
    }
  }

  async #checkLink(path: string): Promise<void> {
    const stat = await this.#files.linkStat(path);
    if (stat?.kind === "folder") throw new StorageError("storage.is-a-folder", `cannot write ${path}: it is a folder`, { fields: { path } });
    if (stat?.kind !== "link") return;
    const real = await this.#files.realPath(path);
    // A link to nothing would be created by open: refused as well.
    await this.#requireInside(real ?? "", path);
  }

  async #requireInside(real: string, path: string): Promise<void> {
    this.#realRoot ??= await this.#files.realPath(this.#root);
    const root = this.#realRoot ?? this.#root;
    if (real === root || real.startsWith(root === "/" ? "/" : `${root}/`)) return;
    throw new StorageError("storage.outside", `refusing to write ${path}: a symbolic link leads outside ${this.#root}`, { fields: { path } });
  }
}
