import { describe, expect, it } from "vitest";
import { toHex } from "../../base/index.ts";
import { FakeClock, seededRandom } from "../../../test/support/tracker-fakes.ts";
import { SERVER_SECRET_MS } from "../limits.ts";
import { ConnectionIdMint, halfSipHash } from "./connection-id.ts";

describe("halfSipHash", () => {
  it.each([
    [0, "218d1f59b9b83cc8"],
    [1, "be552412f8387315"],
  ])("returns the result of the reference for %i bytes", (length, expected) => {
    const key = Uint8Array.from({ length: 8 }, (_, i) => i);
    const out = new Uint8Array(8);
    halfSipHash(
      key,
      Uint8Array.from({ length }, (_, i) => i),
      out,
    );
    expect(toHex(out)).toBe(expected);
  });
});

describe("ConnectionIdMint", () => {
  const ADDRESS = Uint8Array.of(1, 2, 3, 4);

  it("accepts its own ids, for their address only", () => {
    const mint = new ConnectionIdMint(new FakeClock(), seededRandom());
    const id = mint.make(ADDRESS).slice();
    expect(mint.check(ADDRESS, id)).toBe(true);
    expect(mint.check(Uint8Array.of(1, 2, 3, 5), id)).toBe(false);
    expect(mint.check(new Uint8Array(16), id)).toBe(false);
    expect(mint.check(ADDRESS, new Uint8Array(8))).toBe(false);
  });

  it("accepts an id for at least two minutes and at most four (BEP 15)", async () => {
    for (const age of [0, SERVER_SECRET_MS - 1]) {
      const clock = new FakeClock();
      const mint = new ConnectionIdMint(clock, seededRandom());
      await clock.advance(age);
      const id = mint.make(ADDRESS).slice();
      await clock.advance(120_000);
      expect(mint.check(ADDRESS, id)).toBe(true);
      await clock.advance(120_001);
      expect(mint.check(ADDRESS, id)).toBe(false);
    }
  });

  it("rejects an id from before a long silence", async () => {
    const clock = new FakeClock();
    const mint = new ConnectionIdMint(clock, seededRandom());
    const id = mint.make(ADDRESS).slice();
    await clock.advance(10 * SERVER_SECRET_MS);
    expect(mint.check(ADDRESS, id)).toBe(false);
  });
});
