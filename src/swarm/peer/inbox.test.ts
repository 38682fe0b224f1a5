import { describe, expect, it } from "vitest";
import { digest } from "../../../test/support/stage.ts";
import type { Clock } from "../../runtime/index.ts";
import { simWorld } from "../../sim/index.ts";
import { encodeHave, encodePiece, type Message } from "../../wire/index.ts";
import { Inbox } from "./inbox.ts";
import { IntakeBudget } from "./intake-budget.ts";
import {
  FREE_MESSAGES,
  HELD_BYTES,
  MESSAGES_PER_BLOCK,
  MESSAGES_PER_SECOND,
  WORK_BURST_MS,
  WORK_MS_PER_SECOND,
} from "../limits.ts";

/** Milliseconds that each message costs, on a clock that processing advances. */
const COST_MS = 0.25;

function start() {
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
  const open = (log: Message[] = []) => {
    const events: string[] = [];
    const inbox = new Inbox(
      {
        onMessage: (message) => {
          log.push(message);
          worked += COST_MS;
        },
        onBlockStart: (_piece, _begin, length) => new Uint8Array(length),
        onBlockEnd: () => undefined,
        onFull: () => void events.push("full"),
        onEmpty: () => void events.push("empty"),
        onError: (error) => void events.push(error.message),
        onHeldTooMuch: () => {
          events.push("too much");
          inbox.stop();
        },
      },
      { clock: busy, budget, pieceCount: undefined },
    );
    return { inbox, events, log };
  };
  return { world, budget, open };
}

const haves = (from: number, count: number): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, n) => encodeHave(from + n)));
const pieces = (log: readonly Message[]): number[] =>
  log.map((message) => (message.type === "have" ? message.piece : -1));
/** A message of this many bytes of which `there` have arrived. */
const begun = (length: number, there: number): Uint8Array => {
  const out = new Uint8Array(there);
  new DataView(out.buffer).setUint32(0, length);
  out[4] = 5;
  return out;
};

describe("Inbox", () => {
  it("delivers free messages at once, and further ones as time allows, in order and from memory of its own", async () => {
    const { world, open } = start();
    const { inbox, events, log } = open();
    inbox.take(haves(0, FREE_MESSAGES));
    expect([log.length, events]).toEqual([FREE_MESSAGES, []]);
    const chunk = haves(FREE_MESSAGES, 500);
    inbox.take(chunk);
    chunk.fill(0xff);
    const inOneGo = log.length - FREE_MESSAGES;
    expect(inOneGo * COST_MS).toBeLessThanOrEqual(WORK_BURST_MS * 1.5);
    expect([events, inbox.isWaiting]).toEqual([["full"], true]);
    inbox.take(haves(FREE_MESSAGES + 500, 10));
    await world.run(500);
    expect(log.length - FREE_MESSAGES).toBeLessThan(510);
    await world.run((600 * COST_MS * 1_000) / WORK_MS_PER_SECOND);
    expect(pieces(log)).toEqual(Array.from({ length: FREE_MESSAGES + 510 }, (_, n) => n));
    expect([events, inbox.isWaiting]).toEqual([["full", "empty"], false]);
  });

  it("adds free messages with each block and each second, up to the initial number", () => {
    const { open } = start();
    const { inbox, log } = open();
    inbox.take(haves(0, FREE_MESSAGES));
    inbox.earn(10);
    inbox.tick();
    const more = 10 * MESSAGES_PER_BLOCK + MESSAGES_PER_SECOND;
    inbox.take(haves(0, more + 500));
    expect((log.length - FREE_MESSAGES - more) * COST_MS).toBeLessThanOrEqual(WORK_BURST_MS * 1.5);
    inbox.earn(1_000_000);
    expect(inbox.isWaiting).toBe(true);
  });

  it("does not count blocks", () => {
    const { open } = start();
    const { inbox, events } = open();
    for (let n = 0; n < 2 * FREE_MESSAGES; n++) inbox.take(encodePiece(1, 0, new Uint8Array(10)));
    expect(events).toEqual([]);
  });

  it("shares the time: other peers get their turn while one floods", async () => {
    const { world, open } = start();
    const flood = open();
    const other = open();
    flood.inbox.take(haves(0, 20_000));
    other.inbox.take(haves(0, FREE_MESSAGES + 20));
    await world.run(2_000);
    expect(other.log).toHaveLength(FREE_MESSAGES + 20);
    expect(flood.inbox.isWaiting).toBe(true);
    flood.inbox.stop();
  });

  it("delivers and holds nothing after it was stopped", async () => {
    const { world, budget, open } = start();
    const { inbox, log } = open();
    inbox.take(haves(0, FREE_MESSAGES + 500));
    expect(budget.heldBytes).toBeGreaterThan(0);
    inbox.stop();
    const before = log.length;
    await world.run(10_000);
    expect([log.length, budget.heldBytes]).toEqual([before, 0]);
  });
});

describe("IntakeBudget", () => {
  it("disconnects only the peers that hold most when all hold too much", () => {
    const { budget, open } = start();
    const small = open();
    small.inbox.take(begun(200_000, 100_000));
    const large = Array.from({ length: 60 }, () => open());
    for (const { inbox } of large) inbox.take(begun(1_000_000, 900_000));
    expect(budget.heldBytes).toBeLessThanOrEqual(HELD_BYTES);
    expect(small.events).toEqual([]);
    expect(large.filter(({ events }) => events.includes("too much")).length).toBeGreaterThan(20);
    for (const { inbox } of [small, ...large]) inbox.stop();
    expect(budget.heldBytes).toBe(0);
  });
});
