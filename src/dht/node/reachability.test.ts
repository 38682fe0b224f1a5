import { describe, expect, it } from "vitest";
import { QueryLimits } from "./query-limits.ts";
import { Reachability } from "./reachability.ts";

const MINUTE = 60_000;
const node = (n: number) => ({ ip: `20.0.${n >> 8}.${n & 255}`, port: 6_881 });

/** Sends a query to 60 nodes, all of which reply. */
function busy(reachability: Reachability, now: number): void {
  for (let n = 0; n < 60; n++) {
    reachability.onSent(node(n), now);
    reachability.onReply();
  }
}

describe("Reachability", () => {
  it("starts read-only, and accepts queries after three minutes: then the test begins", () => {
    const reachability = new Reachability("auto", 0);
    const begun: number[] = [];
    const open: number[] = [];
    for (let minute = 0; minute < 20; minute++) {
      busy(reachability, minute * MINUTE);
      if (reachability.tick(minute * MINUTE)) begun.push(minute);
      if (!reachability.isReadOnly) open.push(minute);
    }
    expect([begun, open]).toEqual([[3], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]);
    expect(reachability.isReached).toBe(false);
  });

  it("knows whether it was reached, until it becomes read-only", () => {
    const reachability = new Reachability("auto", 0);
    reachability.tick(3 * MINUTE);
    reachability.onQuery(node(900), 4 * MINUTE);
    expect(reachability.isReached).toBe(true);
    for (let minute = 5; minute < 90; minute++) {
      busy(reachability, minute * MINUTE);
      reachability.tick(minute * MINUTE);
    }
    expect([reachability.isReadOnly, reachability.isReached]).toEqual([true, false]);
  });

  it.each([true, false])("never changes the mode readOnly: %s", (mode) => {
    const reachability = new Reachability(mode, 0);
    for (let minute = 0; minute < 90; minute++) {
      busy(reachability, minute * MINUTE);
      reachability.tick(minute * MINUTE);
      expect(reachability.isReadOnly).toBe(mode);
    }
  });

  it("becomes read-only when only queried nodes send queries, although their replies were lost", () => {
    const reachability = new Reachability("auto", 0, 0);
    for (let minute = 0; minute <= 10; minute++) {
      busy(reachability, minute * MINUTE);
      reachability.onSent(node(500), minute * MINUTE);
      reachability.onQuery(node(500), minute * MINUTE + 200);
      reachability.tick(minute * MINUTE);
      expect(reachability.isReadOnly).toBe(minute >= 10);
    }
    reachability.onQuery(node(900), 11 * MINUTE);
    expect(reachability.isReadOnly).toBe(false);
  });

  it("repeats the test after an hour, then after two", () => {
    const reachability = new Reachability("auto", 0, 0);
    const open: number[] = [];
    for (let minute = 1; minute < 300; minute++) {
      busy(reachability, minute * MINUTE);
      reachability.tick(minute * MINUTE);
      if (!reachability.isReadOnly) open.push(minute);
    }
    expect(open.filter((minute, at) => minute !== (open[at - 1] ?? -1) + 1)).toEqual([1, 70, 200]);
  });

  it("stays reachable for as long as unknown nodes send queries", () => {
    const reachability = new Reachability("auto", 0, 0);
    for (let minute = 1; minute < 500; minute++) {
      busy(reachability, minute * MINUTE);
      if (minute % 30 === 0) reachability.onQuery(node(1_000 + minute), minute * MINUTE);
      if (minute > 30) reachability.tick(minute * MINUTE);
      expect(reachability.isReadOnly).toBe(false);
    }
  });
});

describe("QueryLimits", () => {
  it("limits each address, and gives a silent one its allowance again", () => {
    const limits = new QueryLimits(0, { perAddress: 10, burst: 20, inAll: 1_000 });
    const taken = (ip: string, now: number): number =>
      Array.from({ length: 30 }, () => limits.take(ip, now)).filter(Boolean).length;
    expect([taken("a", 0), taken("b", 0), taken("a", 1_000), taken("a", 1_900)]).toEqual([20, 20, 10, 9]);
    expect([taken("a", 2_100), taken("a", 4_200), taken("a", 9_000)]).toEqual([2, 20, 20]);
  });

  it("limits all addresses together", () => {
    const limits = new QueryLimits(0, { inAll: 50 });
    expect(Array.from({ length: 90 }, (_, n) => limits.take(`a${n}`, 0)).filter(Boolean).length).toBe(50);
  });
});
