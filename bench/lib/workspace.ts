/** The folder that all data of a run lies in. It is removed at the end, whatever the end is. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { formatSize } from "./units.ts";

/** Free bytes that are left alone. */
const RESERVE = 512 * 2 ** 20;

export class Workspace {
  readonly root: string;
  #count = 0;

  constructor(parent: string) {
    this.root = mkdtempSync(join(parent, "millrace-bench-"));
    // opentracker as root becomes somebody else, who has to read its list.
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

  /** Throws when the disk, or the memory behind it, has no room for that many bytes. */
  async require(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.root);
    const free = bavail * bsize - RESERVE;
    if (free < bytes)
      throw new Error(
        `${this.root} has room for ${formatSize(Math.max(0, free))}, and ${formatSize(bytes)} are needed: choose a smaller --size, or another folder with --data`,
      );
  }

  removeSync(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
