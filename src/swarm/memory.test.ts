import { afterEach, describe, expect, it, vi } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import { encodeBitfield, encodeHave, encodePiece, encodeUnchoke } from "../wire/index.ts";
import { AssemblyBudget } from "./metadata/assembly-budget.ts";
import { ASSEMBLY_BYTES } from "./limits.ts";

const MIB = 1024 * 1024;
/** Pieces that fit the memory, */
const PIECES = 4;
/** and the length of each. */
const LONG_PIECE = ASSEMBLY_BYTES / PIECES;

let stage: Stage;
afterEach(() => stage.close());

async function scripted(play: Play, ip: string): Promise<ScriptedPeer> {
  const out = new ScriptedPeer(stage.world.host(ip).runtime, play);
  await stage.world.settled(out.dial("10.0.0.1"), 5_000);
  return out;
}

describe("Downloader short of memory", () => {
  it(
    "requests the blocks of silent peers from others, when no other piece can be begun",
    { timeout: 60_000 },
    async () => {
      const play = await makePlay({ "a.bin": 6 * LONG_PIECE }, LONG_PIECE);
      stage = new Stage(play);
      const leecher = await stage.leecher("10.0.0.1");
      for (let index = 0; index < PIECES; index++) {
        const silent = await scripted(play, `10.0.1.${index + 1}`);
        silent.stay();
        silent.send(encodeBitfield(new Uint8Array([0x80 >> index])), encodeUnchoke());
        await stage.world.run(100);
      }
      const seeder = await stage.seeder("10.0.0.2", { up: 20_000_000 });
      await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
      expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
    },
  );

  it(
    "gives a peer its whole pipeline again when the peers that shared the memory have left",
    { timeout: 60_000 },
    async () => {
      const play = await makePlay({ "a.bin": 16 * LONG_PIECE }, LONG_PIECE);
      stage = new Stage(play);
      const leecher = await stage.leecher("10.0.0.1");
      const seeder = await stage.seeder("10.0.0.2", { latencyMs: 50 });
      await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
      const others: ScriptedPeer[] = [];
      for (let index = 0; index < 60; index++) {
        const other = await scripted(play, `10.0.1.${index + 1}`);
        other.send(encodeBitfield(new Uint8Array([0, 1])), encodeUnchoke());
        others.push(other);
      }
      await stage.world.run(500);
      for (const other of others) other.send(new Uint8Array(16).fill(0xff));
      await stage.world.run(5_000);
      const [peer] = leecher.torrent.swarm?.peers ?? [];
      expect(leecher.torrent.status().peers).toBe(1);
      expect(peer?.download.requests.size).toBeGreaterThanOrEqual((peer?.download.requests.depth ?? Infinity) / 2);
    },
  );
});

describe("Downloader with a suspect piece", () => {
  it("downloads it from another when its exclusive source leaves between two requests", async () => {
    const play = await makePlay({ "a.bin": 12 * MIB }, 4 * MIB);
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1");
    // Two peers have only piece 1, which is requested from them first.
    const source = await scripted(play, "10.0.0.3");
    const asked: { readonly piece: number; readonly begin: number; readonly length: number }[] = [];
    source.onMessage = (message) => message.type === "request" && void asked.push(message);
    source.send(encodeBitfield(new Uint8Array([0x40])), encodeUnchoke());
    await stage.world.run(200);
    const other = await scripted(play, "10.0.0.4");
    other.send(encodeBitfield(new Uint8Array([0x40])), encodeUnchoke());
    await stage.world.run(200);
    // A peer sends bad data for piece 0, which becomes suspect, and is banned.
    const liar = await scripted(play, "10.0.0.5");
    liar.onMessage = (message) => {
      if (message.type === "request")
        liar.send(encodePiece(message.piece, message.begin, new Uint8Array(message.length)));
    };
    liar.send(encodeBitfield(new Uint8Array([0x80])), encodeUnchoke());
    await stage.world.run(1_500);
    expect(liar.isClosed).toBe(true);
    // The source sends some of piece 0, has only requests for piece 1, whose other source left, and leaves itself.
    let served = 0;
    let otherLeft = false;
    let left = false;
    const serve = (): void => {
      const next = asked.shift();
      if (next !== undefined) source.deliver(next.piece, next.begin, next.length);
      if (next?.piece === 0) served++;
      left = otherLeft && served > 0 && asked.length > 0 && asked.every(({ piece }) => piece === 1);
      if (left) source.send(new Uint8Array(16).fill(0xff));
      else source.later(100, serve);
    };
    source.send(encodeHave(0));
    serve();
    expect(await stage.world.until(() => served > 2, 40_000)).toBe(true);
    other.send(new Uint8Array(16).fill(0xff));
    otherLeft = true;
    expect(await stage.world.until(() => left, 20_000)).toBe(true);
    const seeder = await stage.seeder("10.0.0.2");
    await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
  });
});

describe("Downloader and the memory of all torrents", () => {
  const LENGTH = 8 * MIB;
  /** Bytes reserved since the test began. */
  let promised = 0;

  async function begin(files: Readonly<Record<string, number>>): Promise<Play> {
    promised = 0;
    vi.spyOn(AssemblyBudget.prototype, "count").mockImplementation((bytes) => {
      promised += bytes;
    });
    const play = await makePlay(files, LENGTH);
    stage = new Stage(play);
    return play;
  }

  afterEach(() => vi.restoreAllMocks());

  /** A peer that has some pieces, and sends the first `most` blocks requested. */
  async function giver(play: Play, ip: string, pieces: number, most: number): Promise<ScriptedPeer> {
    const peer = await scripted(play, ip);
    let served = 0;
    peer.onMessage = (message) =>
      message.type === "request" && served++ < most && peer.deliver(message.piece, message.begin, message.length);
    peer.send(encodeBitfield(new Uint8Array([pieces])), encodeUnchoke());
    return peer;
  }

  it("frees it when its peers are gone", { timeout: 60_000 }, async () => {
    const play = await begin({ "a.bin": 6 * LENGTH });
    await stage.leecher("10.0.0.1");
    const peers: ScriptedPeer[] = [];
    for (let index = 0; index < 6; index++) peers.push(await giver(play, `10.0.1.${index + 1}`, 0x80 >> index, 1));
    await stage.world.run(2_000);
    expect(promised).toBeGreaterThan(0);
    for (const peer of peers) peer.send(new Uint8Array(16).fill(0xff));
    await stage.world.run(60_000);
    expect(promised).toBe(0);
  });

  it("frees it for files that are not wanted any more", { timeout: 60_000 }, async () => {
    const play = await begin({ "a.bin": 2 * LENGTH, "b.bin": LENGTH });
    const { torrent } = await stage.leecher("10.0.0.1");
    await giver(play, "10.0.1.1", 0xe0, 3);
    await stage.world.run(3_000);
    expect(promised).toBeGreaterThan(0);
    await stage.world.settled(
      torrent.setPriorities(
        new Map([
          [0, "skip"],
          [1, "skip"],
        ]),
      ),
      5_000,
    );
    await stage.world.run(120_000);
    expect(promised).toBe(0);
  });
});
