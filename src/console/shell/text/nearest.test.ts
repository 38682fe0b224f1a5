import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

const names = ["contact", "peers", "peer", "request", "interested", "notInterested", "have"];

describe("nearest", () => {
  it.each([
    ["contcat", "contact"],
    ["peerz", "peers"],
    ["reqest", "request"],
    ["not_interested", "notInterested"],
    ["INTERESTED", "interested"],
    ["hav", "have"],
  ])("returns for %s the name %s", (typed, meant) => {
    expect(nearest(typed, names)).toBe(meant);
  });

  it.each(["x", "download", "", "q".repeat(10_000)])("returns nothing for %s", (typed) => {
    expect(nearest(typed, names)).toBeUndefined();
  });
});
