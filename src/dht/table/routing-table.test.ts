import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../base/index.ts";
import { SeededRandom } from "../../sim/index.ts";
import { K, MAX_FAILURES, MAX_REPLACEMENTS } from "../limits.ts";
import { compareDistance, randomId, randomIdAt, type NodeId } from "../node-id.ts";
import { RoutingTable } from "./routing-table.ts";

const random = new SeededRandom(3, "table");
const own = randomId(random);

/** An endpoint in a network of its own. */
const at = (n: number): Endpoint => ({ ip: `20.${n >> 8}.${n & 255}.7`, port: 6_881 + (n % 100) });

function filled(count: number, family: 4 | 6 = 4) {
  const table = new RoutingTable({ id: own, family });
  for (let n = 0; n < count; n++) {
    const endpoint = family === 4 ? at(n) : { ip: `2001:db8:${n.toString(16)}::1`, port: 6_881 };
    table.onReply(randomId(random), endpoint, n, 50);
  }
  return table;
}

/** Returns ids of nodes that fill the bucket of the nodes that share three bits with us. */
function fill(table: RoutingTable): NodeId[] {
  const ids = Array.from({ length: 4 * K }, (_, n) => {
    const id = randomIdAt(own, n < K ? 3 : 4 + n, random);
    table.onReply(id, at(n), 0, 50);
    return id;
  });
  return ids.slice(0, K);
}

describe("RoutingTable", () => {
  it.each([4, 6] as const)("returns the closest of all its nodes, IPv%i", (family) => {
    const table = filled(2_000, family);
    const all = [...table.nodes()];
    expect([all.length === table.size, all.length > 100, table.depth > 6]).toEqual([true, true, true]);
    for (let trial = 0; trial < 200; trial++) {
      const target = trial % 2 === 0 ? randomId(random) : randomIdAt(own, trial % 20, random);
      const expected = [...all].sort((a, b) => compareDistance(a.id, b.id, target));
      for (const count of [1, K, 2 * K]) expect(table.closest(target, count)).toEqual(expected.slice(0, count));
      expect(table.compactClosest(target).length).toBe(K * (family === 4 ? 26 : 38));
    }
  });

  it("keeps nodes with their endpoint and round trip", () => {
    const table = new RoutingTable({ id: own });
    const id = randomId(random);
    table.onReply(id, { ip: "20.1.2.3", port: 65_535 }, 1_000, 80);
    table.onReply(id, { ip: "20.1.2.3", port: 65_535 }, 2_000, 40);
    expect(table.find(id)).toEqual({ id, endpoint: { ip: "20.1.2.3", port: 65_535 }, roundTripMs: 70 });
    table.onReply(id, { ip: "20.9.2.3", port: 1 }, 2_000, 40);
    expect(table.find(id)?.endpoint.ip).toBe("20.1.2.3");
  });

  it("admits one node of a network to a bucket, and one id of an endpoint to all", () => {
    const table = new RoutingTable({ id: own, wideBuckets: [] });
    fill(table);
    const before = new Set([...table.nodes()].map(({ id }) => id));
    const [first, second, third] = [0, 0, 1].map((bits) => randomIdAt(own, bits, random));
    if (first === undefined || second === undefined || third === undefined) throw new Error("no ids");
    const endpoint = { ip: "20.91.2.3", port: 6_881 };
    table.onReply(first, endpoint, 0, 50);
    expect(table.onQuery(second, { ip: "20.91.2.4", port: 6_881 }, 0)).toBe(false);
    table.onReply(second, { ip: "20.91.2.4", port: 6_881 }, 0, 50);
    expect([...table.nodes()].map(({ id }) => id).filter((id) => !before.has(id))).toEqual([first]);
    table.onReply(third, { ip: "20.97.7.7", port: 6_881 }, 0, 50);
    table.onReply(randomIdAt(own, 2, random), { ip: "20.97.7.7", port: 6_881 }, 0, 50);
    expect(table.find(third)).toBeUndefined();
  });

  it("puts the newest replacement in the place of a node that does not reply", () => {
    const table = new RoutingTable({ id: own, wideBuckets: [] });
    const ids = fill(table);
    const waiting = Array.from({ length: MAX_REPLACEMENTS + 2 }, (_, n) => {
      const id = randomIdAt(own, 3, random);
      table.onReply(id, at(1_000 + n), 0, 50);
      return id;
    });
    const used = (): NodeId[] => [...table.nodes()].map(({ id }) => id);
    expect(used()).toEqual(expect.arrayContaining(ids));
    const [dead] = ids;
    if (dead === undefined) throw new Error("no node");
    for (let n = 0; n < MAX_FAILURES; n++) table.onFailure(dead, at(0));
    expect(used()).toContain(waiting.at(-1));
    expect(used()).not.toContain(dead);
  });

  it("does not return nodes that have stopped replying, and names a silent node to ping", () => {
    const table = new RoutingTable({ id: own, wideBuckets: [] });
    const [first] = fill(table);
    if (first === undefined) throw new Error("no node");
    const late = 16 * 60_000;
    expect(table.onReply(randomIdAt(own, 3, random), at(2_000), late, 50)).toMatchObject({ id: first });
    expect(table.closest(first, 1)[0]?.id).toBe(first);
    table.onReply(first, at(0), late, 50);
    expect(table.onReply(randomIdAt(own, 3, random), at(2_001), late, 50)?.id).not.toBe(first);
    const alone = new RoutingTable({ id: own });
    alone.onReply(first, at(0), 0, 50);
    for (let n = 0; n < MAX_FAILURES; n++) alone.onFailure(first, at(0));
    expect(alone.size).toBe(0);
  });
});
