import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import {
  encodeBitfield,
  encodeCancel,
  encodeHaveAll,
  encodeInterested,
  encodeKeepAlive,
  encodeNotInterested,
  encodeRequest,
  encodeUnchoke,
} from "../wire/index.ts";
import { CHOKE_INTERVAL_MS, KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS, SILENCE_MS } from "./limits.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 8 * 65_536 });
});
afterEach(() => stage.close());

const ALL = new Uint8Array([0xff]);

async function begin(): Promise<Stage> {
  stage = new Stage(play);
  return stage;
}

async function peer(
  ip: string,
  to: string,
  options: { fast?: boolean; name?: string } = {},
  line = {},
): Promise<ScriptedPeer> {
  const out = new ScriptedPeer(stage.world.host(ip, line).runtime, play);
  await stage.world.settled(out.dial(to, options), 10_000);
  return out;
}

/** A seed that serves each request after `ms`. */
function serve(from: ScriptedPeer, ms = 0): void {
  from.onMessage = (message) => {
    if (message.type !== "request") return;
    const { piece, begin: start, length } = message;
    from.later(ms, () => from.deliver(piece, start, length));
  };
  from.send(encodeBitfield(ALL), encodeUnchoke());
}

describe("Swarm and a peer that does not serve its requests", () => {
  it("cancels the requests after the time-out, and downloads the blocks from another peer", async () => {
    const s = await begin();
    const leecher = await s.leecher("10.0.0.1");
    const holder = await peer("10.0.0.2", "10.0.0.1");
    holder.send(encodeBitfield(ALL), encodeUnchoke());
    await s.world.run(1_000);
    const asked = holder.of("request").length;
    expect(asked).toBeGreaterThan(4);
    await s.world.run(REQUEST_TIMEOUT_MS + 2_000);
    expect(holder.of("cancel").length).toBeGreaterThanOrEqual(asked);
    const firstCancel = holder.of("cancel")[0]?.at ?? 0;
    expect(firstCancel).toBeGreaterThan(REQUEST_TIMEOUT_MS - 2_000);
    serve(await peer("10.0.0.3", "10.0.0.1"));
    await s.world.settled(leecher.torrent.done, 40_000);
  });

  it("requests blocks from other peers in end game at once, and cancels those that arrived", async () => {
    const s = await begin();
    const leecher = await s.leecher("10.0.0.1");
    const holder = await peer("10.0.0.2", "10.0.0.1");
    holder.send(encodeBitfield(ALL), encodeUnchoke());
    await s.world.run(1_000);
    serve(await peer("10.0.0.3", "10.0.0.1"));
    const from = s.world.now;
    await s.world.settled(leecher.torrent.done, 20_000);
    expect(s.world.now - from).toBeLessThan(15_000);
    await s.world.run(500);
    expect(holder.of("cancel").length).toBeGreaterThan(0);
    expect(leecher.torrent.status().wasted).toBe(0);
  });

  it("marks it as snubbing after a minute and only unchokes it at random", async () => {
    const s = await begin();
    const leecher = await s.leecher("10.0.0.1");
    const holder = await peer("10.0.0.2", "10.0.0.1");
    holder.send(encodeBitfield(ALL), encodeUnchoke());
    for (let at = 0; at < 7; at++) {
      await s.world.run(10_000);
      holder.send(encodeKeepAlive());
    }
    expect(leecher.torrent.peers().map(({ isSnubbing }) => isSnubbing)).toEqual([true]);
  });
});

describe("Swarm and idle connections", () => {
  it("sends keep-alive about every 110 seconds, and closes the connection after three minutes without a message", async () => {
    const s = await begin();
    await s.leecher("10.0.0.1");
    const quiet = await peer("10.0.0.2", "10.0.0.1");
    const from = s.world.now;
    await s.world.until(() => quiet.of("keep-alive").length > 0, 200_000);
    expect(s.world.now - from).toBeGreaterThanOrEqual(KEEP_ALIVE_MS - 1_000);
    expect(s.world.now - from).toBeLessThan(KEEP_ALIVE_MS + 2_500);
    await s.world.until(() => quiet.isClosed, 200_000);
    expect(s.world.now - from).toBeGreaterThan(SILENCE_MS - 1_000);
    expect(s.world.now - from).toBeLessThan(SILENCE_MS + 2_500);
  });

  it("disconnects a peer that requests blocks, sends keep-alive and reads nothing", async () => {
    const s = await begin();
    const { torrent } = await s.seeder("10.0.0.1");
    const deaf = await peer("10.0.0.2", "10.0.0.1");
    deaf.send(encodeInterested());
    await s.world.until(() => deaf.of("unchoke").length > 0, 20_000);
    deaf.stopReading();
    for (let block = 0; block < 32; block++) deaf.send(encodeRequest(block >> 2, (block & 3) * 16_384, 16_384));
    const from = s.world.now;
    for (let at = 0; at < 2; at++) {
      await s.world.run(80_000);
      deaf.send(encodeKeepAlive());
    }
    expect(torrent.status().peers).toBe(1);
    await s.world.until(() => torrent.status().peers === 0, 60_000);
    expect(s.world.now - from).toBeGreaterThan(SILENCE_MS - 1_000);
    expect(s.world.now - from).toBeLessThan(SILENCE_MS + 5_000);
  });

  it("keeps a peer that sends keep-alive", async () => {
    const s = await begin();
    await s.leecher("10.0.0.1");
    const quiet = await peer("10.0.0.2", "10.0.0.1");
    for (let at = 0; at < 10; at++) {
      await s.world.run(120_000);
      quiet.send(encodeKeepAlive());
    }
    expect(quiet.isClosed).toBe(false);
  });
});

describe("Swarm choking", () => {
  it("unchokes a peer at once while a slot is free, and rotates the optimistic unchoke every 30 seconds", async () => {
    const s = await begin();
    await s.seeder("10.0.0.1", {}, { uploadSlots: 2 });
    const crowd: ScriptedPeer[] = [];
    for (let at = 0; at < 6; at++) crowd.push(await peer(`10.0.1.${at + 1}`, "10.0.0.1"));
    for (const each of crowd) each.send(encodeInterested());
    await s.world.run(500);
    expect(crowd.filter((each) => each.of("unchoke").length > 0).length).toBe(3);
    const unchoked = new Set<ScriptedPeer>();
    for (let round = 0; round < 30; round++) {
      await s.world.run(CHOKE_INTERVAL_MS);
      const open = crowd.filter((each) => each.of("unchoke").length > each.of("choke").length);
      expect(open.length).toBe(3);
      for (const each of open) unchoked.add(each);
      for (const each of crowd) each.send(encodeKeepAlive());
    }
    expect(unchoked.size).toBe(6);
  });

  it("unchokes another peer when one loses interest", async () => {
    const s = await begin();
    await s.seeder("10.0.0.1", {}, { uploadSlots: 0 });
    const [a, b] = [await peer("10.0.0.2", "10.0.0.1"), await peer("10.0.0.3", "10.0.0.1")];
    a.send(encodeInterested());
    await s.world.run(100);
    b.send(encodeInterested());
    await s.world.run(100);
    expect([a.of("unchoke").length, b.of("unchoke").length]).toEqual([1, 0]);
    a.send(encodeNotInterested());
    await s.world.run(2 * CHOKE_INTERVAL_MS);
    expect([a.of("choke").length, b.of("unchoke").length]).toEqual([1, 1]);
  });
});

describe("Swarm serving requests", () => {
  it("rejects a request that a peer with the fast extension cancels in time", async () => {
    const s = await begin();
    await s.seeder("10.0.0.1", { up: 20_000 });
    const asking = await peer("10.0.0.2", "10.0.0.1", { fast: true });
    asking.send(encodeInterested());
    await s.world.until(() => asking.of("unchoke").length > 0, 20_000);
    const blocks = Array.from({ length: 20 }, (_, block) => [block >> 2, (block & 3) * 16_384] as const);
    asking.send(
      ...blocks.map(([piece, start]) => encodeRequest(piece, start, 16_384)),
      encodeCancel(4, 3 * 16_384, 16_384),
    );
    await s.world.run(60_000);
    expect([asking.of("cancel").length, asking.of("request").length]).toEqual([0, 0]);
    expect(asking.of("reject").map(({ message }) => [message.piece, message.begin])).toEqual([[4, 3 * 16_384]]);
    expect(asking.of("piece").length).toBe(19);
  });
});

describe("Swarm connections", () => {
  it("start with our pieces, sent once, in the shortest form", async () => {
    const s = await begin();
    await s.seeder("10.0.0.1");
    const [fast, plain] = [await peer("10.0.0.2", "10.0.0.1", { fast: true }), await peer("10.0.0.3", "10.0.0.1")];
    await s.world.run(2_000);
    expect([fast.heard[0]?.message.type, plain.heard[0]?.message.type]).toEqual(["have-all", "bitfield"]);
  });

  it("between two seeds are closed", async () => {
    const s = await begin();
    await s.seeder("10.0.0.1");
    const other = await peer("10.0.0.2", "10.0.0.1", { fast: true });
    other.send(encodeHaveAll());
    await s.world.run(1_000);
    expect(other.isClosed).toBe(true);
  });
});
