/** The folder of all data of a run. It is removed at the end, also after an error. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { formatSize } from "./units.ts";

/** Bytes that must stay free. */
const RESERVE = 512 * 2 ** 20;

export class Workspace {
  readonly root: string;
  #count = 0;

  constructor(parent: string) {
    this.root = mkdtempSync(join(parent, "millrace-bench-"));
    // opentracker that is started as root changes to another user, which has to read its list.
    chmodSync(this.root, 0o755);
  }

  /** A new, empty folder. */
  async folder(name: string): Promise<string> {
    this.#count += 1;
    const path = join(this.root, `${name}-${this.#count}`);
    await mkdir(path, { recursive: true });
    return path;
  }

  async drop(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  /** Throws when the disk, or the memory behind it, has not that many bytes free. */
  async require(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.root);
    const free = bavail * bsize - RESERVE;
    if (free < bytes)
      throw new Error(
        `${this.root} has ${formatSize(Math.max(0, free))} free, and ${formatSize(bytes)} are needed: choose a smaller --size, or another folder with --data`,
      );
  }

  removeSync(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
