import { createHash } from "node:crypto";
import { StorageError, throwIfAborted } from "../../src/base/index.ts";
import type { Files, FileStat, FolderEntry, Hasher, HashFilesJob, HashFilesResult } from "../../src/runtime/index.ts";

export interface MemoryFile {
  bytes: Uint8Array;
  executable?: boolean;
  modifiedMs?: number;
  kind?: FileStat["kind"];
}

/** Digests computed by Node. */
export const cryptoHasher = {
  digestSync: (algorithm: string, bytes: Uint8Array): Uint8Array =>
    new Uint8Array(createHash(algorithm).update(bytes).digest()),
};

/**
 * Files by absolute path, and a hasher that reads them: the part of a Runtime that is needed to create torrents. Other
 * methods are missing.
 */
export class MemorySource {
  readonly entries: Map<string, MemoryFile>;
  /** Every job of the hasher. */
  readonly jobs: HashFilesJob[] = [];
  /** Called before each job: to change files, or to abort. */
  beforeJob: () => void = () => undefined;

  constructor(entries: Readonly<Record<string, Uint8Array | MemoryFile>>) {
    this.entries = new Map(
      Object.entries(entries).map(([path, file]) => [path, file instanceof Uint8Array ? { bytes: file } : file]),
    );
  }

  get files(): Files {
    return {
      stat: (path: string) => Promise.resolve(this.#stat(path)),
      realPath: (path: string) => Promise.resolve(path === "." ? "/here" : path),
      list: (folder: string) => Promise.resolve(this.#list(folder)),
    } as unknown as Files;
  }

  get hasher(): Hasher {
    return {
      ...cryptoHasher,
      parallelism: 2,
      digestFiles: async (job: HashFilesJob, signal?: AbortSignal) => {
        throwIfAborted(signal);
        this.jobs.push(job);
        this.beforeJob();
        await Promise.resolve();
        throwIfAborted(signal);
        return this.#digest(job);
      },
    } as unknown as Hasher;
  }

  #stat(path: string): FileStat | undefined {
    const file = this.entries.get(path);
    const facts = { modifiedMs: file?.modifiedMs ?? 0, isExecutable: file?.executable ?? false };
    if (file !== undefined)
      return { kind: file.kind ?? "file", size: file.bytes.length, allocated: file.bytes.length, ...facts };
    const isFolder = [...this.entries.keys()].some((other) => other.startsWith(path === "/" ? "/" : `${path}/`));
    return isFolder ? { kind: "folder", size: 0, allocated: 0, ...facts } : undefined;
  }

  #list(folder: string): FolderEntry[] {
    const names = new Set<string>();
    // In reverse order, so that callers have to sort.
    for (const path of [...this.entries.keys()].reverse())
      if (path.startsWith(`${folder}/`)) names.add(path.slice(folder.length + 1).split("/")[0] ?? "");
    return [...names].map((name) => ({
      name,
      rawName: new TextEncoder().encode(name),
      kind: this.#stat(`${folder}/${name}`)?.kind ?? "other",
    }));
  }

  #digest(job: HashFilesJob): HashFilesResult {
    const chunks: Uint8Array[] = [];
    const good: Uint8Array[] = [];
    for (const { path, offset, length } of job.segments) {
      const bytes =
        path === undefined ? new Uint8Array(length) : this.entries.get(path)?.bytes.subarray(offset, offset + length);
      if (bytes === undefined && path === undefined) throw new StorageError("storage.failed", "no such file");
      chunks.push(bytes ?? new Uint8Array(0), new Uint8Array(length - (bytes?.length ?? 0)));
      good.push(new Uint8Array(bytes?.length ?? 0).fill(1), new Uint8Array(length - (bytes?.length ?? 0)));
    }
    const data = Buffer.concat(chunks);
    const isGood = Buffer.concat(good);
    const digests: Uint8Array[] = [];
    const readable: number[] = [];
    for (let at = 0; at < data.length; at += job.pieceLength) {
      const piece = data.subarray(at, at + job.pieceLength);
      digests.push(
        job.shape === "pieces"
          ? cryptoHasher.digestSync(job.algorithm, piece)
          : merkle(piece, job.pieceLength / 16_384),
      );
      readable.push(isGood.subarray(at, at + job.pieceLength).includes(0) ? 0 : 1);
    }
    return { digests: Buffer.concat(digests), readable: Uint8Array.from(readable), failure: undefined };
  }
}

/** The Merkle root over `width` leaves, in the simplest way, to compare the real one with. */
export function merkle(data: Uint8Array, width: number): Uint8Array {
  if (width === 1) return data.length === 0 ? new Uint8Array(32) : cryptoHasher.digestSync("sha256", data);
  const half = (width / 2) * 16_384;
  return cryptoHasher.digestSync(
    "sha256",
    Buffer.concat([merkle(data.subarray(0, half), width / 2), merkle(data.subarray(half), width / 2)]),
  );
}
