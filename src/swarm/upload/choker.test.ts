import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../sim/index.ts";
import { decideChoking, type ChokeCandidate, type ChokePolicy } from "./choker.ts";

type Draft = Partial<ChokeCandidate<string>> & { readonly id: string };

const candidate = (draft: Draft): ChokeCandidate<string> => ({
  isInterested: true,
  isChoked: true,
  downloadRate: 0,
  uploadRate: 0,
  isSnubbing: false,
  unchokedFor: undefined,
  connectedFor: 100_000,
  ...draft,
});

function decide(drafts: readonly Draft[], policy: Partial<ChokePolicy<string>> = {}, seed = 1) {
  const { unchoke, optimistic } = decideChoking(
    drafts.map(candidate),
    { isSeeding: false, slots: 2, optimisticSlots: 0, optimistic: [], rotate: false, ...policy },
    new SeededRandom(seed),
  );
  return { unchoke: [...unchoke].sort().join(""), optimistic: optimistic.join("") };
}

describe("decideChoking while downloading", () => {
  it.each<[string, Draft[], string]>([
    [
      "the peers with the highest download rate",
      [
        { id: "a", downloadRate: 1 },
        { id: "b", downloadRate: 3 },
        { id: "c", downloadRate: 2 },
      ],
      "bc",
    ],
    [
      "no peer that is not interested",
      [{ id: "a", downloadRate: 9, isInterested: false }, { id: "b" }, { id: "c" }],
      "bc",
    ],
    ["no snubbing peer, whatever its rate", [{ id: "a", downloadRate: 9, isSnubbing: true }, { id: "b" }], "b"],
    [
      "the unchoked peers among equals",
      [{ id: "a" }, { id: "b", isChoked: false }, { id: "c" }, { id: "d", isChoked: false }],
      "bd",
    ],
    ["all when there are slots", [{ id: "a" }, { id: "b" }], "ab"],
    ["no peer when there is none", [], ""],
  ])("unchokes %s", (_, drafts, expected) => {
    expect(decide(drafts).unchoke).toBe(expected);
  });
});

describe("decideChoking while seeding", () => {
  it.each<[string, Draft[], string]>([
    [
      "the peers with the highest upload rate",
      [
        { id: "a", uploadRate: 1 },
        { id: "b", uploadRate: 3 },
        { id: "c", uploadRate: 2 },
      ],
      "bc",
    ],
    [
      "peers whose turn is not over, before faster ones",
      [
        { id: "a", isChoked: false, unchokedFor: 19_000 },
        { id: "b", isChoked: false, unchokedFor: 10_000 },
        { id: "c", uploadRate: 9 },
      ],
      "ab",
    ],
    [
      "other peers when a turn is over",
      [
        { id: "a", isChoked: false, unchokedFor: 20_001 },
        { id: "b", uploadRate: 1 },
        { id: "c", uploadRate: 9 },
      ],
      "bc",
    ],
    [
      "the peers that waited longest, among equals",
      [
        { id: "a", unchokedFor: 30_000 },
        { id: "b", unchokedFor: 90_000 },
        { id: "c", unchokedFor: 60_000 },
      ],
      "bc",
    ],
    ["snubbing peers too", [{ id: "a", isSnubbing: true, uploadRate: 5 }], "a"],
  ])("unchokes %s", (_, drafts, expected) => {
    expect(decide(drafts, { isSeeding: true }).unchoke).toBe(expected);
  });
});

describe("decideChoking at random", () => {
  const drafts: Draft[] = ["a", "b", "c", "d", "e"].map((id, at) => ({ id, downloadRate: 10 - at }));

  it("unchokes one more, and keeps it until it is time to rotate", () => {
    const first = decide(drafts, { optimisticSlots: 1, rotate: true });
    expect(first.unchoke).toBe(`ab${first.optimistic}`);
    for (let seed = 2; seed < 20; seed++)
      expect(decide(drafts, { optimisticSlots: 1, optimistic: [first.optimistic] }, seed).optimistic).toBe(
        first.optimistic,
      );
  });

  it("replaces one that left or earned its slot", () => {
    expect("cde").toContain(decide(drafts, { optimisticSlots: 1, optimistic: ["gone"] }).optimistic);
    expect("cde").toContain(decide(drafts, { optimisticSlots: 1, optimistic: ["a"] }).optimistic);
  });

  it("includes snubbing peers, and makes new peers three times as likely", () => {
    const count = new Map<string, number>();
    for (let seed = 1; seed <= 2_000; seed++) {
      const { optimistic } = decide(
        [
          { id: "n", connectedFor: 1_000 },
          { id: "o", isSnubbing: true },
        ],
        { slots: 0, optimisticSlots: 1, rotate: true },
        seed,
      );
      count.set(optimistic, (count.get(optimistic) ?? 0) + 1);
    }
    expect(count.get("n")).toBeGreaterThan(1_350);
    expect(count.get("o")).toBeGreaterThan(350);
  });
});
