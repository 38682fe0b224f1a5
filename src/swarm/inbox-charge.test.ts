import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import type { Clock } from "../runtime/index.ts";
import { simWorld } from "../sim/index.ts";
import { encodeHave, encodeBitfield, type Message } from "../wire/index.ts";
import { Inbox } from "./peer/inbox.ts";
import { IntakeBudget } from "./peer/intake-budget.ts";
import { FREE_MESSAGES, MAX_COUNTED_MS, WORK_MS_PER_SECOND, WORK_BURST_MS } from "./limits.ts";

function start(cost: number, pieceCount?: number) {
  const world = simWorld({ digest });
  const { clock } = world.host("10.0.0.1").runtime;
  let worked = 0;
  const busy: Clock = {
    now: () => clock.now() + worked,
    wallTime: () => clock.wallTime(),
    after: (ms, run) => clock.after(ms, run),
    every: (ms, run) => clock.every(ms, run),
    soon: (run) => clock.soon(run),
  };
  const budget = new IntakeBudget(busy);
  const log: Message[] = [];
  const events: string[] = [];
  const inbox = new Inbox(
    {
      onMessage: (m) => {
        log.push(m);
        worked += cost;
      },
      onBlockStart: () => undefined,
      onBlockEnd: () => undefined,
      onFull: () => void events.push("full"),
      onEmpty: () => void events.push("empty"),
      onError: (e) => void events.push(e.message),
      onHeldTooMuch: () => undefined,
    },
    { clock: busy, budget, pieceCount },
  );
  return { world, inbox, log, events, worked: () => worked };
}

describe("Inbox and messages that arrive one by one", () => {
  it("also holds back a peer whose every read is one whole message", () => {
    const { inbox, log, worked } = start(0.25);
    for (let n = 0; n < FREE_MESSAGES; n++) inbox.take(encodeHave(n));
    const before = worked();
    for (let n = 0; n < 5_000; n++) inbox.take(encodeHave(n));
    const ms = worked() - before;
    expect(log.length).toBeGreaterThan(FREE_MESSAGES);
    expect(ms).toBeLessThan(2 * WORK_BURST_MS);
  });

  it("charges a message that is heavier than the free messages left", () => {
    const { inbox, events } = start(5, 1_000_000);
    for (let n = 0; n < FREE_MESSAGES - 100; n++) inbox.take(encodeHave(n));
    expect(events).toEqual([]);
    inbox.take(encodeBitfield(new Uint8Array(125_000)));
    expect([events, inbox.isWaiting]).toEqual([["full"], true]);
  });

  it("charges little for one message that took long, as when the process was suspended meanwhile", async () => {
    const { world, inbox, events } = start(3_000, 1_000_000);
    inbox.take(encodeBitfield(new Uint8Array(125_000)));
    inbox.take(encodeBitfield(new Uint8Array(125_000)));
    inbox.take(encodeBitfield(new Uint8Array(125_000)));
    expect(events).toEqual(["full"]);
    await world.run((2 * 1_000 * MAX_COUNTED_MS) / WORK_MS_PER_SECOND);
    expect(events).toEqual(["full", "empty"]);
  });
});
