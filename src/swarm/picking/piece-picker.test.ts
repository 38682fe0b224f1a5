import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bitfield } from "../../base/index.ts";
import { SeededRandom } from "../../sim/index.ts";
import { PiecePicker, priorityLevel, type Priority } from "./piece-picker.ts";

/** Availability as a string, one digit for each piece; `.` is a piece that is taken, `-` one that is skipped. */
function picker(drawn: string, seed = 1): PiecePicker {
  const out = new PiecePicker(drawn.length, new SeededRandom(seed));
  drawn.split("").forEach((mark, piece) => {
    if (mark === ".") out.take(piece);
    else if (mark === "-") out.setPriority(piece, "skip");
    else for (let copy = 0; copy < Number(mark); copy++) out.addHave(piece, 1);
  });
  return out;
}

/** A peer's pieces: `*` is one that it has. */
function has(drawn: string): Bitfield {
  const out = new Bitfield(drawn.length);
  drawn.split("").forEach((mark, piece) => mark === "*" && out.set(piece));
  return out;
}

/** Every piece in the order in which it is picked. */
function order(from: PiecePicker): number[] {
  const out: number[] = [];
  for (let piece = from.pickRarest(undefined); piece !== undefined; piece = from.pickRarest(undefined)) {
    out.push(piece);
    from.take(piece);
  }
  return out;
}

describe("PiecePicker.pickRarest", () => {
  it.each([
    ["3213", "****", 2],
    ["3213", "**.*", 1],
    ["32.3", "****", 1],
    ["32-3", "****", 1],
    ["....", "****", undefined],
    ["1111", "    ", undefined],
  ])("in %s of a peer with %s picks %s", (drawn, pieces, expected) => {
    expect(picker(drawn).pickRarest(has(pieces))).toBe(expected);
  });

  it("picks by priority before rarity", () => {
    const p = picker("5123");
    p.setPriority(0, "high");
    p.setPriority(1, "low");
    expect(order(p)).toEqual([0, 2, 3, 1]);
  });

  it("picks equally rare pieces in different orders", () => {
    const orders = new Set(Array.from({ length: 20 }, (_, seed) => order(picker("11111111", seed + 1)).join("")));
    expect(orders.size).toBeGreaterThan(10);
  });

  it("gives pieces with more than 63 copies the same rank, and counts them exactly", () => {
    const p = picker("00");
    for (let copy = 0; copy < 200; copy++) p.addHave(0, 1);
    for (let copy = 0; copy < 199; copy++) p.addHave(0, -1);
    p.addHave(1, 1);
    p.addHave(1, 1);
    expect(order(p)).toEqual([0, 1]);
  });
});

describe("PiecePicker.pickSequential", () => {
  it.each([
    ["3213", "****", 0],
    [".213", "****", 1],
    ["3213", "..**", 2],
    ["-.-3", "****", 3],
    ["....", "****", undefined],
  ])("in %s of a peer with %s picks %s", (drawn, pieces, expected) => {
    expect(picker(drawn).pickSequential(has(pieces))).toBe(expected);
  });

  it("returns to a piece that was given back, and picks higher priorities first", () => {
    const p = picker("1111");
    p.take(0);
    p.take(1);
    expect(p.pickSequential(undefined)).toBe(2);
    p.giveBack(0);
    expect(p.pickSequential(undefined)).toBe(0);
    p.setPriority(3, "high");
    expect(p.pickSequential(undefined)).toBe(3);
  });
});

describe("PiecePicker.distributedCopies", () => {
  it.each([
    ["1111", 0, 1],
    ["1122", 0, 1.5],
    ["0123", 2, 2.75],
  ])("of %s and %i seeds is %d", (drawn, seeds, expected) => {
    const p = picker(drawn);
    for (let seed = 0; seed < seeds; seed++) p.addSeed(1);
    expect(p.distributedCopies()).toBe(expected);
  });
});

type Step =
  | readonly ["have" | "take" | "giveBack", number]
  | readonly ["priority", number, Priority]
  | readonly ["unhave", number];

const PIECES = 12;
const index = fc.nat(PIECES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom("have", "take", "giveBack"), index),
  fc.tuple(fc.constant("unhave"), index),
  fc.tuple(fc.constant("priority"), index, fc.constantFrom<Priority>("skip", "low", "normal", "high")),
);

describe("PiecePicker", () => {
  it("agrees with a plain list after random operations", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.nat(),
        fc.uint8Array({ minLength: PIECES, maxLength: PIECES }),
        (steps, seed, marks) => {
          const real = new PiecePicker(PIECES, new SeededRandom(seed));
          const model = Array.from({ length: PIECES }, () => ({
            copies: 0,
            taken: false,
            priority: "normal" as Priority,
          }));
          for (const [what, piece, priority] of steps) {
            const entry = model[piece];
            if (entry === undefined) continue;
            if (what === "have") {
              real.addHave(piece, 1);
              entry.copies++;
            } else if (what === "unhave") {
              if (entry.copies === 0) continue;
              real.addHave(piece, -1);
              entry.copies--;
            } else if (what === "take") {
              real.take(piece);
              entry.taken = true;
            } else if (what === "giveBack") {
              real.giveBack(piece);
              entry.taken = false;
            } else if (priority !== undefined) {
              real.setPriority(piece, priority);
              entry.priority = priority;
            }
          }
          const pieces = has([...marks].map((mark) => (mark > 100 ? "*" : ".")).join(""));
          const open = model
            .map((entry, piece) => ({ ...entry, piece }))
            .filter((entry) => !entry.taken && entry.priority !== "skip");
          const fit = open.filter(({ piece }) => pieces.get(piece));
          expect(real.remaining).toBe(open.length);
          const picked = real.pickRarest(pieces);
          const rank = (entry: { priority: Priority; copies: number }): number =>
            1000 * (3 - priorityLevel(entry.priority)) + entry.copies;
          expect(picked === undefined ? undefined : rank(model[picked] ?? { priority: "skip", copies: 0 })).toBe(
            fit.length === 0 ? undefined : Math.min(...fit.map(rank)),
          );
          const random = real.pickRandom(pieces);
          expect(random === undefined ? undefined : fit.some(({ piece }) => piece === random)).toBe(
            fit.length === 0 ? undefined : true,
          );
          const best = Math.max(...fit.map((entry) => priorityLevel(entry.priority)));
          expect(real.pickSequential(pieces)).toBe(fit.find((entry) => priorityLevel(entry.priority) === best)?.piece);
          expect(real.canPick(pieces)).toBe(fit.length > 0);
          expect(order(real).sort((a, b) => a - b)).toEqual(open.map(({ piece }) => piece));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("PiecePicker of thousands of pieces", () => {
  const COUNT = 10_000;
  const every = (step: number): Bitfield => {
    const out = new Bitfield(COUNT);
    for (let piece = 0; piece < COUNT; piece += step) out.set(piece);
    return out;
  };
  /** Uses the order so often that it is sorted. */
  const use = (p: PiecePicker): void => {
    for (let n = 0; n < COUNT / 500; n++) p.pickRarest(undefined);
  };

  it("sorts them again when many gain or lose a copy at once", () => {
    const p = new PiecePicker(COUNT, new SeededRandom(1));
    p.addPeer(every(2), 1);
    expect([p.availability(0), p.availability(1)]).toEqual([1, 0]);
    expect((p.pickRarest(undefined) ?? 0) % 2).toBe(1);
    p.addPeer(Bitfield.full(COUNT), 1);
    p.addPeer(every(2), -1);
    // Moves a piece from the rank of its bucket, which differs from its present rank.
    for (let piece = 1; piece < COUNT; piece += 2) p.addHave(piece, 1);
    p.take(2);
    p.giveBack(2);
    p.addHave(4, -1);
    use(p);
    expect(order(p).slice(0, 2)).toEqual([4, expect.any(Number)]);
    expect(order(p)).toHaveLength(0);
  });

  it("sorts them once for many uses, whatever peers announce in between", () => {
    const p = new PiecePicker(COUNT, new SeededRandom(1));
    p.addPeer(every(2), 1);
    expect((p.pickRarest(undefined) ?? 0) % 2).toBe(1);
    p.addPeer(Bitfield.full(COUNT), 1);
    p.addPeer(every(2), -1);
    p.addPeer(every(2), -1);
    expect([p.availability(0), p.availability(1)]).toEqual([0, 1]);
    expect((p.pickRarest(undefined) ?? 0) % 2).toBe(1);
    use(p);
    expect((p.pickRarest(undefined) ?? 1) % 2).toBe(0);
  });

  it("finds the few pieces of a peer, the rarest of them first", () => {
    const p = new PiecePicker(COUNT, new SeededRandom(1));
    for (const piece of [17, 4_711, 9_999]) for (let copy = 0; copy <= piece % 3; copy++) p.addHave(piece, 1);
    const few = new Bitfield(COUNT);
    expect(p.canPick(few)).toBe(false);
    for (const piece of [17, 4_711, 9_999]) few.set(piece);
    for (const expected of [9_999, 4_711, 17]) {
      expect(p.pickRarest(few)).toBe(expected);
      p.take(expected);
    }
    expect(p.canPick(few)).toBe(false);
  });
});

describe("PiecePicker.pickNear", () => {
  /** Every piece in the order in which it is requested from one peer, in extents of `extent`. */
  function course(from: PiecePicker, extent: number, pieces?: Bitfield): number[] {
    const out: number[] = [];
    for (
      let piece = from.pickNear(pieces, undefined, extent);
      piece !== undefined;
      piece = from.pickNear(pieces, piece, extent)
    ) {
      out.push(piece);
      from.take(piece);
    }
    return out;
  }

  it("picks an extent from its first piece to its last, and the extents in random order", () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const pieces = course(picker("1".repeat(16), seed), 4);
      expect(pieces.map((piece) => piece % 4)).toEqual(Array.from({ length: 16 }, (_, index) => index % 4));
      orders.add(pieces.join());
    }
    expect(orders.size).toBeGreaterThan(10);
  });

  it("prefers a rare piece anywhere to a neighbour", () => {
    const p = picker("22222212");
    p.take(0);
    expect(p.pickNear(undefined, 0, 4)).toBe(6);
  });

  it("neither skips a taken piece nor picks one that the peer lacks", () => {
    expect(picker("11.1").pickNear(has("**.*"), 1, 4)).not.toBe(2);
    expect(picker("1111").pickNear(has("*  *"), 0, 4)).not.toBe(1);
    expect(course(picker("11111111"), 4, has("* *  ***")).toSorted((one, other) => one - other)).toEqual([
      0, 2, 5, 6, 7,
    ]);
  });

  it("picks a piece that pickRarest could pick, at any availability", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-3.-]{1,40}$/),
        fc.integer({ min: 1, max: 8 }),
        fc.option(fc.nat(39), { nil: undefined }),
        fc.integer({ min: 1 }),
        (drawn, extent, last, seed) => {
          const p = picker(drawn, seed);
          const picked = p.pickNear(undefined, last, extent) ?? -1;
          const [rarest] = drawn
            .replaceAll(/[.-]/g, "")
            .split("")
            .toSorted((one, other) => Number(one) - Number(other));
          expect(drawn[picked]).toBe(rarest);
        },
      ),
    );
  });
});
