import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import { Bitfield } from "../base/index.ts";
import { decodeExtendedHandshake, encodeExtended, encodeExtendedHandshake, encodeMessages } from "../wire/index.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 8 * 65_536, "b.bin": 8 * 65_536 });
});
afterEach(() => stage.close());

/** Connects a scripted peer, which sends its pieces and an extended handshake. */
async function meet(ip: string, to: string, pieces: readonly number[], uploadOnly: boolean): Promise<ScriptedPeer> {
  const peer = new ScriptedPeer(stage.world.host(ip).runtime, play);
  await stage.world.settled(peer.dial(to, { extended: true, name: ip }), 10_000);
  peer.stay();
  const have = new Bitfield(play.metainfo.pieceCount);
  for (const piece of pieces) have.set(piece, true);
  if (pieces.length > 0) peer.send(encodeMessages([{ type: "bitfield", bits: have.pack() }]));
  peer.send(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map(), uploadOnly })));
  await stage.world.run(1_000);
  return peer;
}

/** The values of `upload_only` that a peer was sent. */
const told = (peer: ScriptedPeer): (boolean | undefined)[] =>
  peer
    .of("extended")
    .filter(({ message }) => message.id === 0)
    .map(({ message }) => decodeExtendedHandshake(message.payload).uploadOnly);

describe("upload_only (BEP 21)", () => {
  it("is sent again when the wanted files are complete, and when more files are wanted", async () => {
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1", { select: (_, path) => path.endsWith("a.bin") });
    const peer = await meet("10.0.0.2", "10.0.0.1", [], false);
    expect(told(peer)).toEqual([false]);
    const seeder = await stage.seeder("10.0.0.3", {}, {}, { peers: ["10.0.0.1:6881"] });
    await stage.world.settled(leecher.torrent.done, 60_000);
    await stage.world.run(1_000);
    expect(told(peer)).toEqual([false, true]);
    await stage.world.settled(seeder.client.close(), 60_000);
    await stage.world.settled(leecher.torrent.setPriorities(new Map([[1, "normal"]])), 10_000);
    await stage.world.run(1_000);
    expect(told(peer)).toEqual([false, true, false]);
  });

  it("ends the connection between a seed and a partial seed, but not one to a peer without pieces", async () => {
    stage = new Stage(play);
    await stage.seeder("10.0.0.1");
    const partialSeed = await meet("10.0.0.2", "10.0.0.1", [0, 1], true);
    const downloader = await meet("10.0.0.3", "10.0.0.1", [0, 1], false);
    const newcomer = await meet("10.0.0.4", "10.0.0.1", [], true);
    expect([partialSeed, downloader, newcomer].map(({ isClosed }) => isClosed)).toEqual([true, false, false]);
  });

  it("does not end a connection from which pieces are wanted", async () => {
    stage = new Stage(play);
    await stage.leecher("10.0.0.1");
    const partialSeed = await meet("10.0.0.2", "10.0.0.1", [0, 1], true);
    expect(partialSeed.isClosed).toBe(false);
    expect(partialSeed.of("interested")).toHaveLength(1);
  });
});
