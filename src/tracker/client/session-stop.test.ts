import { describe, expect, it } from "vitest";
import { TrackerError, utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import { settle } from "../../../test/support/tracker-fakes.ts";
import { DOWN, OK, Stage } from "../../../test/support/tracker-stage.ts";
import { decodeUdpRequest } from "../codec/index.ts";
import { MAX_TRACKERS, STOP_TIMEOUT_MS } from "../limits.ts";

describe("TrackerSession.stop and close", () => {
  it("sends stopped to the trackers that count the client, and starts anew with started", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = { a: OK, b: DOWN };
    stage.session.start();
    await settle();
    await stage.session.stop();
    expect(stage.told).toBe("a:started b:started a:stopped");
    expect(stage.announced.at(-1)?.url.searchParams.get("numwant")).toBe("0");
    expect(stage.host.clock.pending).toBe(0);
    expect(stage.states()).toBe("a=idle b=idle");
    stage.session.start();
    await settle();
    expect(stage.told).toMatch(/a:started b:started$/);
    await stage.session.close();
  });

  it("names in stopped the port that was announced, not the one of that moment", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = { a: OK, b: OK };
    stage.port = 6881;
    stage.session.start();
    await settle();
    stage.port = 0;
    await stage.session.stop();
    const ports = stage.announced.map(({ url }) => [url.searchParams.get("event"), url.searchParams.get("port")]);
    expect(ports).toEqual([
      ["started", "6881"],
      ["started", "6881"],
      ["stopped", "6881"],
      ["stopped", "6881"],
    ]);
  });

  it("sends stopped to a tracker that has not replied to started yet", async () => {
    const stage = new Stage(["a"]);
    stage.session.start();
    await settle();
    stage.answers = { a: OK };
    await stage.session.stop();
    expect(stage.told).toBe("a:started a:stopped");
  });

  it("takes no longer than 3 s to stop", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = { a: OK, b: OK };
    stage.session.start();
    await settle();
    stage.answers = { b: OK };
    let stopped = false;
    const first = stage.session.stop();
    const again = stage.session.stop().then(() => (stopped = true));
    await stage.host.clock.advance(STOP_TIMEOUT_MS - 1);
    expect(stopped).toBe(false);
    await stage.host.clock.advance(1);
    await Promise.all([first, again]);
    expect(stage.host.clock.pending).toBe(0);
  });

  it("drops a stop under way when it is closed", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: OK };
    stage.session.start();
    await settle();
    stage.answers = {};
    const stopping = stage.session.stop();
    await settle();
    await stage.session.close();
    await stopping;
    expect(stage.host.clock.pending).toBe(0);
  });

  it("ignores a reply that arrives after close", async () => {
    const stage = new Stage(["a"]);
    let finish: (body: Uint8Array) => void = () => undefined;
    stage.host.onHttp = () => new Promise((resolve) => (finish = resolve));
    stage.session.start();
    await settle();
    await stage.session.close();
    finish(encode(OK));
    await settle();
    expect(stage.peers).toEqual([]);
    expect(stage.host.clock.pending).toBe(0);
  });

  it("stops over UDP within 3 s, retransmitting, and closes its own sockets", async () => {
    const stage = new Stage(["udp://10.0.0.1:80"]);
    let lose = 0;
    stage.host.onDatagram = (sent) => {
      const request = decodeUdpRequest(sent.bytes);
      const head = Uint8Array.of(0, 0, 0, request?.kind === "connect" ? 0 : 1, ...sent.bytes.subarray(12, 16));
      if (lose-- > 0) return;
      sent.reply(Uint8Array.of(...head, ...new Uint8Array(12)));
    };
    stage.session.start();
    await settle();
    expect(stage.states()).toBe("10.0.0.1=working");
    lose = 1;
    const stopping = stage.session.stop();
    await stage.host.clock.advance(1_000);
    await stopping;
    expect(
      stage.host.sent
        .map(({ bytes }) => decodeUdpRequest(bytes))
        .filter((request) => request?.kind === "announce" && request.event === "stopped").length,
    ).toBeGreaterThanOrEqual(2);
    expect([stage.host.openSockets, stage.host.clock.pending]).toEqual([0, 0]);
  });
});

describe("TrackerSession's list of trackers", () => {
  it("adds trackers, once each, and rejects invalid URLs", async () => {
    const stage = new Stage(["a"]);
    stage.answers = { a: OK, b: OK };
    stage.session.start();
    await settle();
    expect(stage.session.addTracker("http://b/announce")).toBe(true);
    expect(stage.session.addTracker("http://b/announce", 0)).toBe(false);
    expect(stage.session.addTracker("http://c/announce", 0)).toBe(true);
    expect(() => stage.session.addTracker("wss://x")).toThrow(TrackerError);
    await settle();
    expect(stage.told).toBe("a:started b:started");
    expect(stage.session.status().map(({ tier }) => tier)).toEqual([0, 0, 1]);
    await stage.session.close();
  });

  it("replaces trackers, keeping those that stay and sending stopped to the rest", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = { a: OK, b: OK, c: OK };
    stage.session.start();
    await settle();
    stage.session.replaceTiers([["http://c/announce"], ["http://b/announce"]]);
    await settle();
    expect(stage.told).toBe("a:started b:started a:stopped c:started");
    expect(stage.states()).toBe("c=working b=working");
    await stage.session.close();
  });

  it("sends stopped to a tracker that was removed during an announce", async () => {
    const stage = new Stage(["a"]);
    let finish: (body: Uint8Array) => void = () => undefined;
    stage.host.onHttp = () => new Promise((resolve) => (finish = resolve));
    stage.session.start();
    await settle();
    stage.session.replaceTiers([]);
    finish(encode(OK));
    await settle();
    expect(stage.told).toBe("a:started a:stopped");
    expect(stage.peers).toEqual([]);
    await stage.session.close();
  });

  it("reports invalid URLs as failed, and drops duplicates and URLs beyond the limit", async () => {
    const many = Array.from({ length: MAX_TRACKERS + 5 }, (_, index) => `http://t${index}/announce`);
    const stage = new Stage(["wss://x a a"]);
    stage.answers = { a: OK };
    stage.session.start();
    await settle();
    expect(stage.session.status().map(({ url, state }) => `${url} ${state.kind}`)).toEqual([
      "http://a/announce working",
      "wss://x failed",
    ]);
    stage.session.replaceTiers([many]);
    expect(stage.session.status()).toHaveLength(MAX_TRACKERS);
    await stage.session.close();
  });

  it("reports each tracker's message", async () => {
    const stage = new Stage(["a", "b"]);
    stage.answers = {
      a: { ...OK, "warning message": "slow down", "external ip": Uint8Array.of(8, 8, 4, 4) },
      b: utf8("<html>"),
    };
    stage.session.start();
    await settle();
    const wall = stage.host.clock.wallTime();
    expect(stage.session.status()[0]).toEqual({
      url: "http://a/announce",
      tier: 0,
      state: { kind: "working", nextAnnounceAt: wall + 1_800_000 },
      lastAnnounceAt: wall,
      nextAnnounceAt: wall + 1_800_000,
      seeders: 3,
      leechers: 4,
      completed: 5,
      peersReceived: 1,
      message: "slow down",
      said: "slow down",
      externalIp: "8.8.4.4",
    });
    expect(stage.statuses.map(({ url, state }) => `${new URL(url).hostname} ${state.kind}`)).toEqual([
      "a announcing",
      "b announcing",
      "a working",
      "b failed",
    ]);
    await stage.session.close();
  });
});
