import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { ipPeer } from "../base/index.ts";
import { simWorld } from "../sim/index.ts";
import { MAX_HELD_REFUSALS, REFUSAL_MS, REPEATED_REFUSAL_MS } from "./limits.ts";
import { Tarpit } from "./tarpit.ts";
import type { Connection } from "./transport.ts";

function start() {
  const world = simWorld({ digest });
  const host = world.host("10.0.0.1");
  const tarpit = new Tarpit(host.runtime.clock);
  const log: string[] = [];
  let made = 0;
  const refuse = (ip: string): void => {
    const name = `${ip} ${made++}`;
    tarpit.refuse({
      address: ipPeer({ ip, port: 1 }),
      pause: () => void log.push(`pause ${name}`),
      destroy: () => void log.push(`destroy ${name}`),
    } as unknown as Connection);
  };
  return { world, host, tarpit, log, refuse };
}

describe("Tarpit", () => {
  it("closes the first connection of an address at once, and those that follow after a delay", async () => {
    const { world, log, refuse } = start();
    refuse("20.0.0.1");
    refuse("20.0.0.2");
    refuse("20.0.0.1");
    expect(log).toEqual(["destroy 20.0.0.1 0", "destroy 20.0.0.2 1", "pause 20.0.0.1 2"]);
    await world.run(REFUSAL_MS);
    expect(log.at(-1)).toBe("destroy 20.0.0.1 2");
    await world.run(REPEATED_REFUSAL_MS);
    refuse("20.0.0.1");
    expect(log.at(-1)).toBe("destroy 20.0.0.1 3");
  });

  it("holds a bounded number of connections, and none once it is closed", () => {
    const { host, tarpit, log, refuse } = start();
    for (let n = 0; n < MAX_HELD_REFUSALS + 10; n++) refuse("20.0.0.1");
    expect(log.filter((line) => line.startsWith("pause"))).toHaveLength(MAX_HELD_REFUSALS);
    tarpit.close();
    expect(log.filter((line) => line.startsWith("destroy"))).toHaveLength(MAX_HELD_REFUSALS + 10);
    expect(host.timers).toBe(0);
  });
});
