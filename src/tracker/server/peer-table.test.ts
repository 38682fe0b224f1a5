import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../base/index.ts";
import { PeerTable } from "./peer-table.ts";

const ID = new Uint8Array(20).fill(0x41);

function address(number: number, length: 6 | 18 = 6): Uint8Array {
  const out = new Uint8Array(length);
  new DataView(out.buffer).setUint32(length - 6, number);
  out[length - 1] = 1;
  return out;
}

/** A generator that gives these fractions in turn. */
function fractions(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function all(table: PeerTable, length: 6 | 18 = 6): string[] {
  const out = new Uint8Array(length * table.count);
  table.sample(out, 0, table.count, -1, fractions());
  return Array.from({ length: table.count }, (_, i) => toHex(out.subarray(i * length, (i + 1) * length))).sort();
}

describe("PeerTable", () => {
  it("behaves as a map of addresses, for any order of adding, removing and expiring", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), peer: fc.nat(60) }),
      fc.record({ kind: fc.constant("add" as const), peer: fc.nat(60) }),
      fc.record({ kind: fc.constant("remove" as const), peer: fc.nat(60) }),
      fc.record({ kind: fc.constant("expire" as const), peer: fc.nat(3) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 400 }),
        fc.constantFrom(6 as const, 18 as const),
        fc.nat(),
        (steps, length, seed) => {
          const table = new PeerTable(length, seed);
          const model = new Map<string, number>();
          let second = 10;
          for (const { kind, peer } of steps) {
            second++;
            const compact = address(peer, length);
            const record = table.find(compact);
            expect(record >= 0).toBe(model.has(toHex(compact)));
            if (kind === "expire") {
              const before = second - peer * 20;
              for (const [key, seen] of model) if (seen < before) model.delete(key);
              table.expire(before);
            } else if (kind === "remove") {
              if (record >= 0) table.removeAt(record);
              model.delete(toHex(compact));
            } else {
              if (record >= 0) table.touch(record, ID, second);
              else table.add(compact, ID, second);
              model.set(toHex(compact), second);
            }
            expect(table.count).toBe(model.size);
          }
          expect(all(table, length)).toEqual([...model.keys()].sort());
          for (const key of model.keys())
            expect(table.find(new Uint8Array(Buffer.from(key, "hex")))).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("samples different peers, never the excepted one, every other as likely as any", () => {
    const table = new PeerTable(6, 1);
    for (let i = 0; i < 100; i++) table.add(address(i), ID, 1);
    const seen = new Map<string, number>();
    const random = fractions(42);
    const out = new Uint8Array(6 * 30);
    for (let round = 0; round < 3_000; round++) {
      expect(table.sample(out, 0, 30, 17, random)).toBe(30);
      const names = Array.from({ length: 30 }, (_, i) => toHex(out.subarray(i * 6, i * 6 + 6)));
      expect(new Set(names).size).toBe(30);
      for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    expect(seen.has(toHex(address(17)))).toBe(false);
    expect(seen.size).toBe(99);
    const expected = (3_000 * 30) / 99;
    for (const count of seen.values()) expect(Math.abs(count - expected)).toBeLessThan(expected * 0.2);
  });

  it("returns all but the excepted one when there are few", () => {
    const table = new PeerTable(6, 1);
    for (let i = 0; i < 3; i++) table.add(address(i), ID, 1);
    const out = new Uint8Array(60);
    expect(table.sample(out, 0, 10, 1, fractions())).toBe(2);
    expect(table.sample(out, 0, 10, -1, fractions())).toBe(3);
    expect(new PeerTable(6, 1).sample(out, 0, 10, -1, fractions())).toBe(0);
  });

  it("takes time for a sample in proportion to its size, not to the number of peers", () => {
    const table = new PeerTable(6, 1);
    for (let i = 0; i < 50_000; i++) table.add(address(i), ID, 1);
    let asked = 0;
    const random = fractions();
    table.sample(new Uint8Array(300), 0, 50, -1, () => (asked++, random()));
    expect(asked).toBe(51);
  });

  it("returns peer ids", () => {
    const table = new PeerTable(18, 1);
    table.add(address(1, 18), new Uint8Array(20).fill(1), 1);
    table.add(address(2, 18), new Uint8Array(20).fill(2), 1);
    const out = new Uint8Array(36);
    const ids = new Uint8Array(40);
    table.sample(out, 0, 2, -1, fractions(), ids);
    expect([out[15], out[33]]).toEqual([ids[0], ids[20]]);
  });

  it("keeps each peer's id with its address while it grows, loses peers and shrinks", () => {
    const table = new PeerTable(6, 1);
    const idOf = (number: number): Uint8Array => new Uint8Array(20).fill(number);
    for (let i = 0; i < 200; i++) table.add(address(i), idOf(i), i);
    for (let i = 60; i < 120; i += 3) table.removeAt(table.find(address(i)));
    expect(table.expire(190)).toBe(170);
    const out = new Uint8Array(60);
    const ids = new Uint8Array(200);
    expect(table.sample(out, 0, 10, -1, fractions(), ids)).toBe(10);
    for (let i = 0; i < 10; i++) expect(ids[i * 20 + 19]).toBe(out[i * 6 + 3] ?? -1);
    expect(all(table)).toEqual(Array.from({ length: 10 }, (_, i) => toHex(address(190 + i))));
  });
});
