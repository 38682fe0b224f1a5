import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DhtInternet, type Trial } from "../../test/support/dht-internet.ts";
import type { SimNode } from "../../test/support/dht-net.ts";
import { decodeSaved } from "./saved-nodes.ts";

const MINUTE = 60_000;
const NODES = 600;

let internet: DhtInternet;
beforeAll(async () => {
  internet = new DhtInternet({ nodes: NODES, seed: 11 });
  await internet.begin(2 * MINUTE);
  await internet.run(22 * MINUTE);
}, 600_000);
afterAll(() => internet.net.close());

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Infinity;

/** Whether no node can reach a node that has not queried it. */
const isHidden = (node: SimNode): boolean => (internet.nats.get(node) ?? "full-cone") !== "full-cone";

describe("a DHT as on the Internet: NATs, lost datagrams, nodes that come and go", () => {
  it("finds peers in few rounds, and the first ones soon", { timeout: 600_000 }, async () => {
    const trials = await internet.trials(100, 30_000);
    expect(trials.filter(({ found }) => !found)).toEqual([]);
    const median = (of: (trial: Trial) => number | undefined): number =>
      at(
        trials.map((trial) => of(trial) ?? Infinity),
        0.5,
      );
    expect(median(({ roundsToPeers }) => roundsToPeers)).toBeLessThanOrEqual(3);
    expect(median(({ rounds }) => rounds)).toBeLessThanOrEqual(4);
    expect(median(({ queries }) => queries)).toBeLessThanOrEqual(60);
    expect(median(({ announced }) => announced)).toBeGreaterThanOrEqual(7);
    const firsts = trials.map(({ firstMs = Infinity }) => firstMs);
    expect(at(firsts, 0.5)).toBeLessThanOrEqual(200);
    expect(at(firsts, 0.99)).toBeLessThanOrEqual(1_000);
  });

  it("makes nodes that cannot be reached read-only, and no others (BEP 43)", () => {
    const started = internet.net.nodes.filter((node) => Number(node.host.ip.split(".")[1]) < 2);
    const readOnly = (nodes: readonly SimNode[]): number =>
      nodes.filter(({ dht }) => dht.stats.families[0]?.isReadOnly === true).length;
    const hidden = started.filter((node) => isHidden(node) && !internet.old.has(node));
    expect(hidden.length).toBeGreaterThan(100);
    expect(readOnly(hidden) / hidden.length).toBeGreaterThan(0.8);
    const reachable = started.filter((node) => !internet.nats.has(node));
    expect(reachable.length).toBeGreaterThan(150);
    expect(readOnly(reachable) / reachable.length).toBeLessThan(0.02);
  });

  it("has few nodes in its tables that cannot be reached", () => {
    const byIp = new Map(internet.net.nodes.map((node) => [node.host.ip, node]));
    let [all, useless] = [0, 0];
    for (const { dht, host } of internet.net.nodes.slice(0, 200)) {
      for (const { ip } of decodeSaved(dht.save(), host.runtime.hasher)?.endpoints ?? []) {
        const node = byIp.get(ip);
        all++;
        if (node === undefined || isHidden(node)) useless++;
      }
    }
    expect(all).toBeGreaterThan(200 * 30);
    expect(useless / all).toBeLessThan(0.2);
  });
});
