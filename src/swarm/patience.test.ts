import { afterEach, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import { encodeBitfield, encodePiece, encodeUnchoke } from "../wire/index.ts";
import type { BlockSource } from "./download/block-source.ts";
import { END_GAME_TIMEOUT_MS, SUSPECT_MS } from "./limits.ts";
import { OpenPieces } from "./download/open-pieces.ts";
import { Suspects } from "./download/suspects.ts";

let stage: Stage;
afterEach(() => stage.close());

const all = (play: Play): Uint8Array => {
  const { pieceCount } = play.metainfo;
  return Uint8Array.from(
    { length: Math.ceil(pieceCount / 8) },
    (_, at) => (0xff << Math.max(0, 8 * (at + 1) - pieceCount)) & 0xff,
  );
};

/** A seed that unchokes, and handles requests with `onMessage`. */
async function scripted(play: Play, ip: string): Promise<ScriptedPeer> {
  const out = new ScriptedPeer(stage.world.host(ip).runtime, play);
  await stage.world.settled(out.dial("10.0.0.1"), 5_000);
  out.send(encodeBitfield(all(play)), encodeUnchoke());
  out.stay();
  return out;
}

describe("Downloader among peers that accept requests and send no blocks", () => {
  // A few times END_GAME_TIMEOUT_MS: requests go to peers that send nothing first, and ticks are a second apart.
  it.each([
    { mute: 3, length: 300_000, within: END_GAME_TIMEOUT_MS },
    { mute: 22, length: 300_000, within: 4 * END_GAME_TIMEOUT_MS },
    { mute: 40, length: 4_000_000, within: 10 * END_GAME_TIMEOUT_MS },
  ])(
    "$mute of them and one that does: $length bytes arrive within $within ms",
    { timeout: 60_000 },
    async ({ mute, length, within }) => {
      const play = await makePlay({ "a.bin": length });
      stage = new Stage(play);
      const leecher = await stage.leecher("10.0.0.1");
      for (let n = 0; n < mute; n++) await scripted(play, `10.0.1.${n + 1}`);
      await stage.world.run(2_000);
      const seeder = await stage.seeder("10.0.0.2");
      await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
      expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", within)).toBe(true);
    },
  );
});

describe("Downloader with a suspect piece whose source sends blocks slowly", () => {
  const PIECE = 262_144;

  /** Sends a bad first block of each piece, and from then on one valid block every `ms`. */
  async function dripping(play: Play, ip: string, ms: number): Promise<ScriptedPeer> {
    const asked: { readonly piece: number; readonly begin: number; readonly length: number }[] = [];
    const out = await scripted(play, ip);
    let bad = 1;
    let good = PIECE / 16_384 - 1;
    out.onMessage = (message) => {
      if (message.type !== "request") return;
      if (bad-- > 0) out.send(encodePiece(message.piece, message.begin, new Uint8Array(message.length)));
      else if (good-- > 0) out.deliver(message.piece, message.begin, message.length);
      else asked.push(message);
    };
    const drip = (): void => {
      const next = asked.shift();
      if (next !== undefined) out.deliver(next.piece, next.begin, next.length);
      out.later(ms, drip);
    };
    drip();
    return out;
  }

  it("gives another peer its turn", { timeout: 60_000 }, async () => {
    const play = await makePlay({ "a.bin": 2 * PIECE }, PIECE);
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1");
    // Two sources, so that the first failure is no proof.
    const helper = await scripted(play, "10.0.0.3");
    helper.onMessage = (message) =>
      message.type === "request" &&
      message.begin === 16_384 &&
      helper.deliver(message.piece, message.begin, message.length);
    await dripping(play, "10.0.0.4", 20_000);
    await stage.world.run(3_000);
    const seeder = await stage.seeder("10.0.0.2");
    await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 4 * SUSPECT_MS)).toBe(true);
  });

  it("lets a slow peer finish when it is the only source", { timeout: 60_000 }, async () => {
    const play = await makePlay({ "a.bin": PIECE }, PIECE);
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1");
    const liar = await scripted(play, "10.0.0.3");
    let isFirst = true;
    liar.onMessage = (message) => {
      if (message.type !== "request" || !isFirst) return;
      isFirst = false;
      liar.send(encodePiece(message.piece, message.begin, new Uint8Array(message.length)));
    };
    await stage.world.run(500);
    const slow = await scripted(play, "10.0.0.4");
    const asked: { readonly piece: number; readonly begin: number; readonly length: number }[] = [];
    slow.onMessage = (message) => message.type === "request" && void asked.push(message);
    const drip = (): void => {
      const next = asked.shift();
      if (next !== undefined) slow.deliver(next.piece, next.begin, next.length);
      slow.later(3_000, drip);
    };
    drip();
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 20 * SUSPECT_MS)).toBe(true);
  });
});

describe("Suspects", () => {
  const source = (): BlockSource =>
    ({ identity: {}, canAsk: true, limitedTo: undefined, mayAsk: () => true }) as unknown as BlockSource;

  it("makes a new source wait minutes at most, however long a slow source was alone", () => {
    const open = new OpenPieces();
    const sources = new Set([source()]);
    const [slow] = sources;
    let restarted = 0;
    const suspects = new Suspects({ open, sources, restart: () => restarted++ });
    const piece = open.begin(0, 64 * 16_384, 0);
    piece.distrust();
    // Two blocks are requested, one has arrived.
    piece.requestNext(slow?.identity ?? {});
    piece.beginArrival(0);
    piece.endArrival(0, slow?.identity ?? {}, 0);
    piece.requestNext(slow?.identity ?? {});
    const HOURS = 6 * 3_600_000;
    for (let now = 0; now < HOURS; now += 1_000) suspects.tick(now);
    expect(restarted).toBe(0);
    sources.add(source());
    for (let now = HOURS; now < HOURS + 3 * 60_000; now += 1_000) suspects.tick(now);
    expect(restarted).toBeGreaterThan(0);
  });
});
