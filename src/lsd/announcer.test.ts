import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { simWorld } from "../sim/index.ts";
import { Announcer } from "./announcer.ts";
import {
  ANNOUNCE_DELAY_MS,
  ANNOUNCE_MS,
  BATCH_MS,
  MAX_SENT_INFO_HASHES,
  MESSAGES_AT_ONCE,
  MIN_ANNOUNCE_MS,
} from "./limits.ts";

function start() {
  const world = simWorld({ digest });
  const { clock } = world.host("10.0.0.1").runtime;
  const sent: { readonly at: number; readonly infoHashes: readonly string[] }[] = [];
  const network = { isUp: true };
  const announcer = new Announcer(clock, (infoHashes) => {
    sent.push({ at: world.now, infoHashes });
    return network.isUp;
  });
  return { world, sent, announcer, network, times: () => sent.map(({ at }) => at) };
}

describe("Announcer", () => {
  it("announces torrents that start together in one message, soon and then every 5 minutes", async () => {
    const { world, sent, announcer, times } = start();
    announcer.add("a");
    announcer.add("b");
    await world.run(2 * ANNOUNCE_MS + 1_000);
    expect(sent.map(({ infoHashes }) => infoHashes.toSorted())).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(times()).toEqual([0, 1, 2].map((n) => ANNOUNCE_DELAY_MS + n * ANNOUNCE_MS));
    announcer.close();
    await world.run(2 * ANNOUNCE_MS);
    expect(sent).toHaveLength(3);
  });

  it("announces a torrent at most once a minute, though it stops and starts and is repeated", async () => {
    const { world, announcer, times } = start();
    for (let n = 0; n < 60; n++) {
      announcer.add("a");
      announcer.repeat();
      await world.run(1_500);
      announcer.remove("a");
      await world.run(500);
    }
    const gaps = times().map((at, index) => at - (times()[index - 1] ?? -Infinity));
    expect(times()).toHaveLength(2);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MIN_ANNOUNCE_MS);
    announcer.close();
  });

  it("announces at once when there is a network again, since what was not sent does not count", async () => {
    const { world, announcer, network, times } = start();
    network.isUp = false;
    announcer.add("a");
    await world.run(10_000);
    network.isUp = true;
    announcer.repeat();
    await world.run(10_000);
    announcer.repeat();
    await world.run(10_000);
    expect(times()).toEqual([ANNOUNCE_DELAY_MS, 10_000 + ANNOUNCE_DELAY_MS]);
    announcer.close();
  });

  it("ends with the torrent", async () => {
    const { world, sent, announcer } = start();
    announcer.add("a");
    announcer.remove("a");
    announcer.remove("never");
    await world.run(2 * ANNOUNCE_MS);
    expect(sent).toEqual([]);
    announcer.close();
  });

  it("brings torrents that started at different times together, since a message has room", async () => {
    const { world, sent, announcer } = start();
    announcer.add("a");
    await world.run(2 * MIN_ANNOUNCE_MS);
    announcer.add("b");
    await world.run(ANNOUNCE_MS);
    expect(sent.map(({ infoHashes }) => infoHashes.length)).toEqual([1, 2]);
    announcer.close();
  });

  it("spreads the messages for thousands of torrents, each announced once in 5 minutes", async () => {
    const { world, sent, announcer } = start();
    const count = 3 * MESSAGES_AT_ONCE * MAX_SENT_INFO_HASHES + 1;
    for (let n = 0; n < count; n++) announcer.add(`${n}`);
    await world.run(ANNOUNCE_MS - 1_000);
    expect(sent.map(({ at }) => at)).toEqual([
      ...Array.from(
        { length: 3 * MESSAGES_AT_ONCE },
        (_, n) => ANNOUNCE_DELAY_MS + Math.floor(n / MESSAGES_AT_ONCE) * BATCH_MS,
      ),
      // There is room in the last message, but no torrent whose last announce was a minute ago.
      ANNOUNCE_DELAY_MS + 3 * BATCH_MS,
    ]);
    const all = sent.flatMap(({ infoHashes }) => infoHashes);
    expect([all.length, new Set(all).size]).toEqual([count, count]);
    announcer.close();
  });
});
