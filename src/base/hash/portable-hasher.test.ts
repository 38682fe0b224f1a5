import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toHex } from "../bytes/node-buffer.ts";
import { portableHasher } from "./portable-hasher.ts";

describe("portableHasher", () => {
  it.each(["sha1", "sha256"] as const)(
    "computes the %s that Node computes, for every length of the last chunk",
    (algorithm) => {
      const data = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
      for (const length of [...Array(200).keys(), 16_384, 69_999]) {
        const bytes = data.subarray(1, 1 + length);
        expect(toHex(portableHasher.digestSync(algorithm, bytes))).toBe(
          createHash(algorithm).update(bytes).digest("hex"),
        );
      }
    },
  );
});
