import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bitfield } from "./bitfield.ts";

const bits = fc.array(fc.boolean(), { maxLength: 200 });

function from(values: readonly boolean[]): Bitfield {
  const field = new Bitfield(values.length);
  values.forEach((value, index) => field.set(index, value));
  return field;
}

describe("Bitfield", () => {
  it("packs bit 0 into the high bit of byte 0", () => {
    expect([...from([true, false, false, false, false, false, false, true, true]).pack()]).toEqual([0x81, 0x80]);
  });

  it("unpack(pack(x)) is x, with the same count", () => {
    fc.assert(
      fc.property(bits, (values) => {
        const field = from(values);
        const again = Bitfield.unpack(field.pack(), values.length);
        expect([...again]).toEqual(values);
        expect(again.count).toBe(values.filter(Boolean).length);
        expect(again.equals(field)).toBe(true);
      }),
    );
  });

  it("and, or and andNot agree with doing it bit by bit", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 90 }), (pairs) => {
        const a = from(pairs.map(([x]) => x));
        const b = from(pairs.map(([, y]) => y));
        expect([...a.and(b)]).toEqual(pairs.map(([x, y]) => x && y));
        expect([...a.or(b)]).toEqual(pairs.map(([x, y]) => x || y));
        expect([...a.andNot(b)]).toEqual(pairs.map(([x, y]) => x && !y));
        expect(a.hasBeyond(b)).toBe(pairs.some(([x, y]) => x && !y));
      }),
    );
  });

  it("ones lists the set bits in order", () => {
    expect([...from([false, true, true, false, false, false, false, false, false, true]).ones()]).toEqual([1, 2, 9]);
  });

  it("set returns whether it changed and keeps the count", () => {
    const field = new Bitfield(10);
    expect(field.set(3)).toBe(true);
    expect(field.set(3)).toBe(false);
    expect(field.count).toBe(1);
    expect(field.flip(3)).toBe(false);
    expect(field.isEmpty).toBe(true);
  });

  it("full has no spare bits set", () => {
    expect([...Bitfield.full(11).pack()]).toEqual([0xff, 0xe0]);
    expect(Bitfield.full(11).isFull).toBe(true);
  });

  it.each([
    ["a spare bit", new Uint8Array([0x01]), 7, "bitfield.spare"],
    ["too few bytes", new Uint8Array(1), 9, "bitfield.length"],
    ["too many bytes", new Uint8Array(3), 9, "bitfield.length"],
  ])("unpack refuses %s", (_what, packed, length, code) => {
    expect(() => Bitfield.unpack(packed, length)).toThrow(expect.objectContaining({ code }));
  });

  it("refuses to set a bit out of range and reads it as unset", () => {
    expect(() => new Bitfield(8).set(8)).toThrow(expect.objectContaining({ code: "bitfield.index" }));
    expect(new Bitfield(8).get(8)).toBe(false);
  });
});
