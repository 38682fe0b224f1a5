import { describe, expect, it } from "vitest";
import { utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import { FakeHost, seededRandom, settle } from "../../../test/support/tracker-fakes.ts";
import { DOWN, OK, Stage } from "../../../test/support/tracker-stage.ts";
import { encodeFailure } from "../codec/index.ts";
import { BACKOFF_MAX_MS, MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS } from "../limits.ts";
import { backoffMs } from "./entry.ts";

const MINUTE = 60_000;

describe("TrackerSession", () => {
  it("sends started first, then announces at the interval", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: OK };
    stage.session.start();
    stage.session.start();
    await settle();
    expect(stage.peers).toEqual([["http://a/announce", [{ ip: "1.2.3.4", port: 5 }]]]);
    await stage.host.clock.advance(1_799_999);
    expect(stage.told).toBe("a:started");
    await stage.host.clock.advance(1 + 1_800_000);
    expect(stage.told).toBe("a:started a a");
    expect(stage.host.requests[0]?.headers).toEqual({ "user-agent": "test/1" });
    await stage.session.close();
  });

  it("keeps one timer at most, and none after close", async () => {
    const stage = new Stage(["a", "b", "c", "d"]);
    stage.answers = { a: OK, b: DOWN, c: OK };
    stage.session.start();
    await stage.host.clock.advance(10 * MINUTE);
    expect(stage.host.clock.pending).toBe(1);
    await stage.session.close();
    expect(stage.host.clock.pending).toBe(0);
    await stage.host.clock.advance(100 * MINUTE);
    const after = stage.host.requests.length;
    stage.session.start();
    stage.session.force({ ignoreMinInterval: true });
    expect(stage.host.requests).toHaveLength(after);
  });

  it("announces to one tracker of every tier at once", async () => {
    const stage = new Stage(["a b", "c d"]);
    stage.answers = { a: OK, c: OK };
    stage.session.start();
    await settle();
    expect(stage.told).toBe("a:started c:started");
    expect(stage.states()).toBe("a=working b=idle c=working d=idle");
    await stage.session.close();
  });

  it("announces to later tiers only when the first has failed, with strict BEP 12", async () => {
    const stage = new Stage(["a b", "c"], { announceToAllTiers: false });
    stage.answers = { a: DOWN, b: DOWN, c: OK };
    stage.session.start();
    await settle();
    expect(stage.told).toBe("a:started b:started c:started");
    stage.answers["a"] = OK;
    await stage.host.clock.advance(MINUTE);
    expect(stage.told).toBe("a:started b:started c:started a:started");
    expect(stage.states()).toBe("a=working b=failed c=idle");
    await stage.session.stop();
    expect(stage.told).toMatch(/a:stopped c:stopped$/);
  });

  it("moves the tracker that works to the front of its tier (BEP 12)", async () => {
    const stage = new Stage(["a b c"]);
    stage.answers = { a: DOWN, b: DOWN, c: OK };
    stage.session.start();
    await settle();
    expect(stage.session.status().map((status) => new URL(status.url).hostname)).toEqual(["c", "a", "b"]);
    await stage.host.clock.advance(31 * MINUTE);
    expect(stage.told).toBe("a:started b:started c:started c");
    await stage.session.close();
  });

  it("shuffles within a tier once", () => {
    const names = "a b c d e f g h";
    const orders = new Set(
      [1, 2, 3, 4, 5].map((seed) =>
        new Stage([names, "z"], {}, new FakeHost(seededRandom(seed))).session
          .status()
          .map((status) => status.url)
          .join(),
      ),
    );
    expect(orders.size).toBeGreaterThan(1);
    for (const order of orders) expect(order.endsWith("http://z/announce")).toBe(true);
  });

  it("backs off after failures: doubling, bounded", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: DOWN };
    stage.session.start();
    const waits: number[] = [];
    for (let count = 1; count <= 10; count++) {
      await settle();
      expect(stage.host.requests).toHaveLength(count);
      waits.push((stage.host.clock.next ?? 0) / 1000);
      await stage.host.clock.advance(stage.host.clock.next ?? 0);
    }
    // This chance always adds the whole quarter.
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800].map((seconds) => seconds * 1.25));
    expect(waits.at(-1)).toBe((BACKOFF_MAX_MS * 1.25) / 1000);
    expect(stage.session.status()[0]).toMatchObject({
      state: { kind: "failed", code: "tracker.failed" },
      message: "http://a/announce: Error: connection refused",
    });
    await stage.session.close();
  });

  it("starts counting failures anew after a success", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: DOWN };
    stage.session.start();
    await stage.host.clock.advance(10 * MINUTE);
    stage.answers = { a: OK };
    await stage.host.clock.advance(20 * MINUTE);
    stage.answers = { a: DOWN };
    stage.session.force({ ignoreMinInterval: true });
    await settle();
    expect(stage.session.status()[0]?.state).toMatchObject({ kind: "failed", failures: 1 });
    await stage.session.close();
  });

  it("obeys retry in, and never (BEP 31)", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = {
      a: { "failure reason": "busy", "retry in": "10" },
      b: { "failure reason": "not a tracker", "retry in": "never" },
    };
    stage.session.start();
    await stage.host.clock.advance(10 * MINUTE - 1);
    expect(stage.told).toBe("a:started b:started");
    await stage.host.clock.advance(1);
    expect(stage.told).toBe("a:started b:started a:started");
    expect(stage.session.status()[1]).toMatchObject({
      nextAnnounceAt: undefined,
      message: "http://b/announce: the tracker refuses: not a tracker",
    });
    await stage.host.clock.advance(2_000 * MINUTE);
    expect(stage.announced.filter(({ host }) => host === "b")).toHaveLength(1);
    await stage.session.close();
  });

  it.each([
    ["zero", 0, MIN_INTERVAL_SECONDS],
    ["negative", -100, MIN_INTERVAL_SECONDS],
    ["huge", 2 ** 40, MAX_INTERVAL_SECONDS],
  ])("bounds an interval that is %s", async (_name, interval, seconds) => {
    const stage = new Stage(["a"]);
    stage.answers = { a: { ...OK, interval } };
    stage.session.start();
    await stage.host.clock.advance(seconds * 1000 - 1);
    expect(stage.told).toBe("a:started");
    await stage.host.clock.advance(1);
    expect(stage.told).toBe("a:started a");
    await stage.session.close();
  });

  it("never announces regularly before the min interval", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: { ...OK, interval: 60, "min interval": 600 } };
    stage.session.start();
    await stage.host.clock.advance(599_999);
    expect(stage.told).toBe("a:started");
    await stage.host.clock.advance(1);
    expect(stage.told).toBe("a:started a");
    await stage.session.close();
  });

  it("forces an announce when the min interval allows, or at once for a user", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: { ...OK, "min interval": 300 } };
    stage.session.start();
    await settle();
    stage.session.force();
    await stage.host.clock.advance(299_999);
    expect(stage.told).toBe("a:started");
    await stage.host.clock.advance(1);
    expect(stage.told).toBe("a:started a");
    stage.session.force({ ignoreMinInterval: true });
    await settle();
    expect(stage.told).toBe("a:started a a");
    await stage.session.close();
  });

  it("sends completed once, at once, to the trackers that know the client as a leecher", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = { a: OK, b: DOWN };
    stage.session.start();
    await settle();
    stage.left = 0;
    stage.session.completed();
    stage.session.completed();
    await settle();
    expect(stage.told).toBe("a:started b:started a:completed");
    stage.answers = { a: OK, b: OK };
    await stage.host.clock.advance(31 * MINUTE);
    stage.session.completed();
    await stage.host.clock.advance(31 * MINUTE);
    expect(stage.announced.filter(({ event }) => event === "completed")).toHaveLength(1);
    expect(
      stage.announced.find(
        ({ host, event, url }) => host === "b" && event === "started" && url.searchParams.get("left") === "0",
      ),
    ).toBeDefined();
    await stage.session.close();
  });

  it("sends completed after a started that was under way", async () => {
    const stage = new Stage(["a"]);
    let finish: (body: Uint8Array) => void = () => undefined;
    stage.host.onHttp = () => new Promise((resolve) => (finish = resolve));
    stage.session.start();
    await settle();
    stage.session.completed();
    finish(encode(OK));
    await settle();
    expect(stage.told).toBe("a:started a:completed");
    await stage.session.close();
  });

  it("repeats completed when it failed", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: OK };
    stage.session.start();
    await settle();
    stage.answers = { a: DOWN };
    stage.session.completed();
    await settle();
    stage.answers = { a: OK };
    await stage.host.clock.advance(MINUTE);
    expect(stage.told).toBe("a:started a:completed a:completed");
    await stage.session.close();
  });

  it("remembers the tracker id", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: { ...OK, "tracker id": "x/y" } };
    stage.session.start();
    await stage.host.clock.advance(31 * MINUTE);
    expect(stage.announced.map(({ url }) => url.searchParams.get("trackerid"))).toEqual([null, "x/y"]);
    await stage.session.close();
  });

  it("continues after an error of every kind", async () => {
    const stage = new Stage(["a"]);
    const bodies = [
      utf8("<html>"),
      new Uint8Array(0),
      utf8("d"),
      encodeFailure("no"),
      encode({ peers: 5 }),
      encode(OK),
    ];
    stage.host.onHttp = () => bodies.shift() ?? encode(OK);
    stage.session.start();
    await stage.host.clock.advance(60 * MINUTE);
    expect(stage.states()).toBe("a=working");
    await stage.session.close();
  });
});

describe("backoffMs", () => {
  it("stays within a quarter of 15 s · 2^n and below its bound for any number of failures", () => {
    const random = seededRandom();
    for (let failures = 1; failures < 2_000; failures++) {
      const plain = Math.min(15_000 * 2 ** (failures - 1), BACKOFF_MAX_MS);
      const wait = backoffMs(failures, random);
      expect(wait).toBeGreaterThanOrEqual(plain * 0.75);
      expect(wait).toBeLessThanOrEqual(plain * 1.25);
    }
  });
});
