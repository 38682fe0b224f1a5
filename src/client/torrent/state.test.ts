import { describe, expect, it } from "vitest";
import { MillraceError } from "../../base/index.ts";
import { isActive, transition, type TorrentState } from "./state.ts";

const error = new MillraceError("x", "y");
const states: readonly TorrentState[] = [
  { kind: "fetching-metadata" },
  { kind: "checking", checked: 0, total: 1, valid: 0 },
  { kind: "downloading" },
  { kind: "seeding" },
  { kind: "paused" },
  { kind: "disk-full", error },
  { kind: "failed", error },
  { kind: "stopping" },
  { kind: "closed" },
];

describe("transition", () => {
  it("allows no state after closed, and only final ones after stopping", () => {
    for (const to of states) {
      expect(() => transition({ kind: "closed" }, to)).toThrow(MillraceError);
      const ends = ["paused", "failed", "closed"].includes(to.kind);
      const attempt = (): TorrentState => transition({ kind: "stopping" }, to);
      expect(ends ? attempt : () => to).not.toThrow();
      expect(ends ? () => transition({ kind: "closed" }, to) : attempt).toThrow(MillraceError);
    }
  });

  it("allows stopping after every started state", () => {
    for (const from of states.filter(isActive))
      expect(transition(from, { kind: "stopping" })).toEqual({ kind: "stopping" });
  });
});
