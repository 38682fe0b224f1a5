import { describe, expect, it } from "vitest";
import { SHARED_UPLOAD_BYTES, SHARED_UPLOAD_RUN_BYTES, UPLOAD_SPARE_BYTES } from "../limits.ts";
import { RunBuffers } from "./run-buffers.ts";

const KIB = 1024;

describe("RunBuffers", () => {
  it.each([1, 13, 16_397, 65_536, 66_000, 262_352, 1_048_576 + 64 * 13, 5_000_000])(
    "returns a buffer of at least %i bytes",
    (length) => {
      expect(new RunBuffers().take(length).length).toBeGreaterThanOrEqual(length);
    },
  );

  it("fits a run of 1 MiB with its headers in little more than 1 MiB, and a single block in its exact length", () => {
    const buffers = new RunBuffers();
    expect(buffers.take(KIB * KIB + 64 * 13)).toHaveLength(KIB * KIB + KIB);
    expect(buffers.take(16 * KIB + 13)).toHaveLength(16 * KIB + 13);
  });

  it("reuses released buffers for runs of the same size class only", () => {
    const buffers = new RunBuffers();
    const first = buffers.take(200 * KIB);
    buffers.release(first);
    expect(buffers.take(600 * KIB)).not.toBe(first);
    expect(buffers.take(250 * KIB)).toBe(first);
    expect(buffers.take(250 * KIB)).not.toBe(first);
  });

  it("returns shorter runs while many bytes are in use", () => {
    const buffers = new RunBuffers();
    const taken = Array.from({ length: 3 }, () => buffers.take(KIB * KIB));
    expect(buffers.runBytes).toBe(Infinity);
    taken.push(...Array.from({ length: 5 }, () => buffers.take(KIB * KIB)), buffers.take(100));
    expect(buffers.runBytes).toBe(SHARED_UPLOAD_RUN_BYTES);
    for (const buffer of taken) buffers.release(buffer);
    expect(buffers.runBytes).toBe(Infinity);
    buffers.take(SHARED_UPLOAD_BYTES - 1);
    buffers.take(3);
    expect(buffers.runBytes).toBe(SHARED_UPLOAD_RUN_BYTES);
  });

  it("keeps no more than the limit", () => {
    const buffers = new RunBuffers();
    const taken = Array.from({ length: 20 }, () => buffers.take(KIB * KIB));
    for (const buffer of taken) buffers.release(buffer);
    const again = Array.from({ length: 20 }, () => buffers.take(KIB * KIB));
    expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(
      Math.floor(UPLOAD_SPARE_BYTES / (KIB * KIB + KIB)),
    );
  });
});
