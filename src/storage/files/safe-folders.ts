import { parentPath, StorageError } from "../../base/index.ts";
import { foldName } from "../../metainfo/index.ts";
import type { Files } from "../../runtime/index.ts";

/**
 * Whether `path` lies in one of the folders `own`, which have the program's own files. Case and Unicode form are
 * ignored. A folder of `own` that contains the download folder `root` does not count, because data may be there.
 */
export function isOwnPath(own: readonly string[], root: string, path: string): boolean {
  const [at, from] = [foldName(path), foldName(root)];
  return own.some((folder) => {
    const mine = `${foldName(folder)}/`;
    return `${at}/`.startsWith(mine) && !from.startsWith(mine);
  });
}

/**
 * Creates folders below a root. It rejects symbolic links that lead out of the root, so that a torrent cannot write
 * outside the download folder. It also rejects folders with the program's own files, so that a torrent cannot overwrite
 * the program's state.
 */
export class SafeFolders {
  readonly #files: Files;
  readonly #root: string;
  readonly #known = new Set<string>();
  readonly #own: readonly string[];
  #realRoot: string | undefined;

  /** `own`: absolute paths of folders in which no file of a torrent may be. */
  constructor(files: Files, root: string, own: readonly string[] = []) {
    this.#files = files;
    this.#root = root;
    this.#own = own;
  }

  /**
   * Creates the folders above the file `path`. Rejects with StorageError: `storage.outside` (a link leads out of the
   * root), `storage.own-folder`; `storage.is-a-folder` or `storage.not-a-file` when `path` exists and is no regular
   * file.
   */
  async make(path: string): Promise<void> {
    const folder = parentPath(path);
    if (!this.#known.has(folder)) {
      await this.#files.makeFolder(this.#root);
      // Checked before any folder is created, because mkdir follows links.
      await this.#checkExisting(folder, path);
      await this.#files.makeFolder(folder);
      this.#known.add(folder);
    }
    await this.#checkLink(path);
  }

  /**
   * Checks the folders above the file `path` and creates nothing. Rejects with `storage.outside`, `storage.own-folder`.
   */
  async check(path: string): Promise<void> {
    await this.#checkExisting(parentPath(path), path);
  }

  /** Checks the nearest folder above `path` that exists. */
  async #checkExisting(folder: string, path: string): Promise<void> {
    await this.#requireForeign(path);
    for (let at = folder; at.length >= this.#root.length; at = parentPath(at)) {
      const real = await this.#files.realPath(at);
      if (real !== undefined) {
        await this.#requireInside(real, at);
        await this.#requireForeign(`${real === "/" ? "" : real}${path.slice(at === "/" ? 0 : at.length)}`);
        return;
      }
      if (at === "/" || at === this.#root) return;
    }
  }

  async #requireForeign(path: string): Promise<void> {
    if (this.#own.length === 0) return;
    this.#realRoot ??= await this.#files.realPath(this.#root);
    for (const folder of this.#own) {
      const real = (await this.#files.realPath(folder)) ?? folder;
      if (!isOwnPath([real], this.#realRoot ?? this.#root, path) && !isOwnPath([folder], this.#root, path)) continue;
      throw new StorageError(
        "storage.own-folder",
        `refusing to use ${path}: ${folder} is reserved for Millrace's own files; choose another folder`,
        { fields: { path } },
      );
    }
  }

  async #checkLink(path: string): Promise<void> {
    const stat = await this.#files.linkStat(path);
    if (stat?.kind === "folder")
      throw new StorageError("storage.is-a-folder", `cannot write ${path}: it is a folder`, { fields: { path } });
    if (stat?.kind === "other")
      throw new StorageError(
        "storage.not-a-file",
        `cannot write ${path}: it is a pipe, a socket or a device, not a file`,
        { fields: { path } },
      );
    if (stat?.kind !== "link") return;
    const real = await this.#files.realPath(path);
    // Opening a dangling link would create its target, so such a link is rejected as well.
    await this.#requireInside(real ?? "", path);
  }

  async #requireInside(real: string, path: string): Promise<void> {
    this.#realRoot ??= await this.#files.realPath(this.#root);
    const root = this.#realRoot ?? this.#root;
    if (real === root || real.startsWith(root === "/" ? "/" : `${root}/`)) return;
    throw new StorageError(
      "storage.outside",
      `refusing to write ${path}: a symbolic link leads outside ${this.#root}`,
      { fields: { path } },
    );
  }
}
