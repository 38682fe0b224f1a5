import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HashFilesJob } from "../../hasher.ts";
import { NodeHasher } from "./hasher.ts";

const hasher = new NodeHasher(2);
let folder = "";
const data = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) >>> 2);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-hasher-"));
  await writeFile(join(folder, "a"), data);
});
afterAll(async () => {
  await hasher.close();
  await rm(folder, { recursive: true });
});

const sha = (algorithm: string, ...parts: Uint8Array[]): Uint8Array => {
  const sum = createHash(algorithm);
  for (const part of parts) sum.update(part);
  return new Uint8Array(sum.digest());
};

function pieces(segments: HashFilesJob["segments"], pieceLength: number): HashFilesJob {
  return { segments, shape: "pieces", algorithm: "sha1", pieceLength };
}

describe("NodeHasher", () => {
  it("digests memory, short and long alike", async () => {
    const long = new Uint8Array(9 * 1024 * 1024).fill(3);
    expect(new Uint8Array(await hasher.digest("sha1", long))).toEqual(sha("sha1", long));
    expect(new Uint8Array(hasher.digestSync("sha256", data))).toEqual(sha("sha256", data));
  });

  it("digestFiles hashes segments laid end to end, padding as zeros", async () => {
    const a = join(folder, "a");
    const job = pieces(
      [
        { path: a, offset: 10, length: 20_000 },
        { path: undefined, offset: 0, length: 500 },
        { path: a, offset: 0, length: 30_000 },
      ],
      16_384,
    );
    const whole = Buffer.concat([data.subarray(10, 20_010), new Uint8Array(500), data.subarray(0, 30_000)]);
    const expected = [0, 1, 2, 3].map((i) => sha("sha1", whole.subarray(i * 16_384, (i + 1) * 16_384)));
    const result = await hasher.digestFiles(job);
    expect(Buffer.from(result.digests)).toEqual(Buffer.concat(expected));
    expect([...result.readable]).toEqual([1, 1, 1, 1]);
  });

  it("digestFiles marks parts of missing and short files and goes on behind them", async () => {
    const result = await hasher.digestFiles(
      pieces(
        [
          { path: join(folder, "nothing"), offset: 0, length: 16_384 },
          { path: join(folder, "a"), offset: 0, length: 16_384 },
          { path: join(folder, "a"), offset: 90_000, length: 16_384 },
        ],
        16_384,
      ),
    );
    expect([...result.readable]).toEqual([0, 1, 0]);
    expect(result.digests.subarray(20, 40)).toEqual(sha("sha1", data.subarray(0, 16_384)));
    expect(result.failure).toBeUndefined();
  });

  it("digestFiles returns why a file could not be read", async () => {
    const result = await hasher.digestFiles(pieces([{ path: folder, offset: 0, length: 10 }], 16_384));
    expect(result.failure).toMatchObject({ code: "storage.is-a-folder", path: folder });
  });

  it("merkle roots pad short pieces with zero leaves (BEP 52)", async () => {
    const result = await hasher.digestFiles({
      segments: [{ path: join(folder, "a"), offset: 0, length: 20_000 }],
      shape: "merkle",
      algorithm: "sha256",
      pieceLength: 65_536,
    });
    const zero = new Uint8Array(32);
    const left = sha("sha256", sha("sha256", data.subarray(0, 16_384)), sha("sha256", data.subarray(16_384, 20_000)));
    expect(result.digests).toEqual(sha("sha256", left, sha("sha256", zero, zero)));
  });

  it("completes more jobs than its threads take at a time, each with its own digest", async () => {
    const other = new NodeHasher(2);
    other.warmUp();
    const jobs = Array.from({ length: 5 * other.parallelism }, (_, at) =>
      pieces([{ path: join(folder, "a"), offset: at, length: 1000 }], 16_384),
    );
    const results = await Promise.all(jobs.map((job) => other.digestFiles(job)));
    results.forEach((result, at) => expect(result.digests).toEqual(sha("sha1", data.subarray(at, at + 1000))));
    await other.close();
  });

  it("digestFiles aborted while it waits or runs rejects at once, and other jobs go on", async () => {
    const other = new NodeHasher(1);
    const stop = new AbortController();
    const job = pieces([{ path: join(folder, "a"), offset: 0, length: 1000 }], 16_384);
    const running = other.digestFiles(job, stop.signal);
    const kept = other.digestFiles(job);
    const waiting = other.digestFiles(job, stop.signal);
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: "aborted" });
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
    expect((await kept).digests).toEqual(sha("sha1", data.subarray(0, 1000)));
    await other.close();
  });

  it("rejects when aborted and when closed", async () => {
    const job = pieces([{ path: join(folder, "a"), offset: 0, length: 10 }], 16_384);
    await expect(hasher.digestFiles(job, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
    const other = new NodeHasher(1);
    const pending = other.digestFiles(job);
    const closing = other.close();
    await expect(pending).rejects.toMatchObject({ code: "aborted" });
    await closing;
    await expect(other.digestFiles(job)).rejects.toMatchObject({ code: "aborted" });
  });
});
