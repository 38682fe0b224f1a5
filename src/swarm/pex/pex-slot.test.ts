import { expect, it } from "vitest";
import { MAX_EARLY_PEX, PEX_READ_MS } from "../limits.ts";
import { PexSlot } from "./pex-slot.ts";

it("PexSlot reads the first message, and then one each minute", () => {
  const slot = new PexSlot();
  const read = [0, 20_000, 40_000, 20_000 + PEX_READ_MS - 1, 20_000 + PEX_READ_MS, 21_000 + PEX_READ_MS];
  expect(read.map((now) => slot.mayRead(now))).toEqual([true, true, false, false, true, false]);
});

it("PexSlot finds that a peer floods when many messages in a row come too early", () => {
  const slot = new PexSlot();
  slot.mayRead(0);
  slot.mayRead(1);
  for (let early = 1; early <= MAX_EARLY_PEX; early++) {
    expect(slot.isFlooding).toBe(false);
    slot.mayRead(1 + early);
  }
  expect(slot.isFlooding).toBe(true);
  slot.mayRead(1 + PEX_READ_MS);
  expect(slot.isFlooding).toBe(false);
});
