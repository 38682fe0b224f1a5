import { expect, it } from "vitest";
import { IntakeLimits } from "./intake.ts";
import { MAX_COUNTED_SENDERS, MESSAGE_BURST, MESSAGES_IN_ALL, MESSAGES_PER_ADDRESS } from "./limits.ts";

it("limits messages for each sender and for all, and forgets senders beyond a bound", () => {
  const limits = new IntakeLimits(0);
  const taken = (ip: string, count: number, now: number): number =>
    Array.from({ length: count }, () => limits.take(ip, now)).filter(Boolean).length;
  expect(taken("a", 1_000, 0)).toBe(MESSAGE_BURST);
  expect(taken("a", 1_000, 1_000)).toBe(MESSAGES_PER_ADDRESS);
  // A refused message of one sender costs the others nothing.
  expect(taken("b", 1_000, 1_000)).toBe(MESSAGE_BURST);
  const all = Array.from({ length: MAX_COUNTED_SENDERS }, (_, n) => taken(`${n}`, 1, 60_000));
  expect(all.reduce((sum, each) => sum + each)).toBe(MESSAGES_IN_ALL);
  expect(taken("a", 1_000, 61_000)).toBe(MESSAGE_BURST);
});
