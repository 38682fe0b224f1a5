import type net from "node:net";
import { describe, expect, it } from "vitest";
import { latin1, writeUint32 } from "../../src/base/index.ts";
import { MAX_OFFENCES } from "../../src/swarm/index.ts";
import {
  encodeAllowedFast,
  encodeBitfield,
  encodeChoke,
  encodeExtended,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeKeepAlive,
  encodePiece,
  encodeRaw,
  encodeReject,
  encodeSuggest,
  encodeUnchoke,
  MAX_FRAME_LENGTH,
  type Reserved,
} from "../../src/wire/index.ts";
import { eventually } from "../support/process.ts";
import { someId, type BadPeer } from "../support/bad-peer.ts";
import { fullBits } from "../support/bad-seed.ts";
import { ClientUnderTest } from "../support/client-under-test.ts";

/** A length prefix without a message. */
function prefix(length: number): Uint8Array {
  const out = new Uint8Array(5);
  writeUint32(out, 0, length);
  out[4] = 99;
  return out;
}

const extended = { extended: true };
const fast = { fast: true };

/** 16 pieces of 64 KiB, the last one shorter: two bytes of bitfield. */
const LAST = 15;

interface Case {
  readonly what: string;
  readonly act: (peer: BadPeer) => void;
  /** Matches the logged reason. */
  readonly why?: RegExp;
  readonly reserved?: Partial<Reserved>;
}

describe("closes the connection of a seed for the right reason, and completes the download without it, after", () => {
  it.each<Case>([
    { what: "a length prefix of 4 GiB", act: (peer) => peer.send(prefix(0xffff_ffff)), why: /too long.*4294967295/ },
    {
      what: "a length prefix just too long",
      act: (peer) => peer.send(prefix(MAX_FRAME_LENGTH + 1)),
      why: /too long.*1048577/,
    },
    {
      what: "a bitfield that is too short",
      act: (peer) => peer.send(encodeBitfield(Uint8Array.of(255))),
      why: /bitfield/,
    },
    {
      what: "a bitfield that is too long",
      act: (peer) => peer.send(encodeBitfield(new Uint8Array(3))),
      why: /bitfield/,
    },
    {
      what: "a bitfield for a much larger torrent",
      act: (peer) => peer.send(encodeBitfield(new Uint8Array(100_000))),
      why: /bitfield/,
    },
    { what: "an empty bitfield", act: (peer) => peer.send(encodeBitfield(new Uint8Array(0))), why: /bitfield/ },
    {
      what: "a have beyond the last piece",
      act: (peer) => peer.send(encodeHave(LAST + 1)),
      why: /have for piece 16 of 16/,
    },
    { what: "a have of the largest number", act: (peer) => peer.send(encodeHave(0xffff_ffff)), why: /have for piece/ },
    {
      what: "have-all without the fast extension",
      act: (peer) => peer.send(encodeHaveAll()),
      why: /without the fast extension/,
    },
    {
      what: "have-none without the fast extension",
      act: (peer) => peer.send(encodeHaveNone()),
      why: /without the fast extension/,
    },
    {
      what: "suggest without the fast extension",
      act: (peer) => peer.send(encodeSuggest(1)),
      why: /without the fast extension/,
    },
    {
      what: "reject without the fast extension",
      act: (peer) => peer.send(encodeReject(0, 0, 16_384)),
      why: /without the fast extension/,
    },
    {
      what: "allowed-fast without the fast extension",
      act: (peer) => peer.send(encodeAllowedFast(0)),
      why: /without the fast extension/,
    },
    { what: "a choke with a payload", act: (peer) => peer.send(encodeRaw(0, Uint8Array.of(1))), why: /choke/ },
    { what: "a have that is too short", act: (peer) => peer.send(encodeRaw(4, Uint8Array.of(1, 2))), why: /have/ },
    { what: "a request that is too short", act: (peer) => peer.send(encodeRaw(6, new Uint8Array(4))), why: /request/ },
    { what: "a piece without its header", act: (peer) => peer.send(encodeRaw(7, new Uint8Array(4))), why: /piece/ },
    {
      what: "a block that is too long",
      act: (peer) => peer.send(encodeRaw(7, new Uint8Array(8 + 200_000))),
      why: /block|piece/,
    },
    {
      what: "an extended message without the bit",
      act: (peer) => peer.send(encodeExtended(0, latin1("de"))),
      why: /without the extension bit/,
    },
    {
      what: "an extended handshake of random bytes",
      act: (peer) => peer.send(encodeExtended(0, new Uint8Array(50).fill(3))),
      why: /extended handshake/,
      reserved: extended,
    },
    {
      what: "an extended handshake that is a list",
      act: (peer) => peer.send(encodeExtended(0, latin1("le"))),
      why: /extended handshake/,
      reserved: extended,
    },
    {
      what: "an extended handshake nested deeply",
      act: (peer) => peer.send(encodeExtended(0, latin1(`d1:m${"l".repeat(5000)}${"e".repeat(5000)}e`))),
      why: /extended handshake/,
      reserved: extended,
    },
    {
      what: "an extended handshake of 300 KB",
      act: (peer) => peer.send(encodeExtended(0, latin1(`d1:v300000:${"x".repeat(300_000)}e`))),
      why: /extended is too long/,
      reserved: extended,
    },
    {
      what: "metadata of random bytes",
      act: (peer) => peer.send(encodeExtended(1, new Uint8Array(50).fill(3))),
      why: /ut_metadata/,
      reserved: extended,
    },
    {
      what: "a metadata piece of minus one",
      act: (peer) => peer.send(encodeExtended(1, latin1("d8:msg_typei0e5:piecei-1ee"))),
      why: /metadata/,
      reserved: extended,
    },
  ])("$what", async ({ act, why, reserved }) => {
    const tested = await ClientUnderTest.open();
    const bad = await tested.seed({ reserved: reserved ?? {}, greet: act });
    const torrent = await tested.addTorrent([bad]);
    await eventually("it is dropped", () => bad.isDropped);
    await tested.logged(why ?? /peer disconnected/);
    await torrent.addPeers([(await tested.seed()).address]);
    expect(await tested.completes(torrent)).toBe(true);
  });

  it("three such connections, and does not dial it any more", async () => {
    const tested = await ClientUnderTest.open();
    const unteachable = await tested.seed({ greet: (peer) => peer.send(encodeHave(99)) });
    const torrent = await tested.addTorrent();
    for (let times = 1; times <= MAX_OFFENCES; times++) {
      await torrent.addPeers([unteachable.address]);
      await eventually(
        "it is dropped",
        () => tested.reasons().filter((line) => line.includes("have for piece 99")).length === times,
      );
    }
    await torrent.addPeers([unteachable.address, (await tested.seed()).address]);
    expect(await tested.completes(torrent)).toBe(true);
    expect(unteachable.accepted).toBe(MAX_OFFENCES);
  });

  it("many connections under the id of another peer, which is not kept out", async () => {
    const tested = await ClientUnderTest.open();
    await tested.addTorrent();
    const peerId = someId("claimed");
    for (let times = 0; times < 2 * MAX_OFFENCES; times++) {
      const peer = await tested.dial({ peerId });
      peer.send(encodeHave(99));
      await peer.dropped();
    }
    const honest = await tested.dial({ peerId, fast: true });
    await honest.until(() => honest.heardOf("have-none").length === 1);
    expect(honest.isClosed).toBe(false);
  });
});

describe("completes beside a seed that", () => {
  it.each([
    { what: "replies with another info-hash", behaviour: { infoHash: new Uint8Array(20).fill(1) } },
    { what: "closes the connection at once", behaviour: { onSocket: (socket: net.Socket) => void socket.destroy() } },
    { what: "sends nothing", behaviour: { onSocket: () => undefined } },
    {
      what: "replies with random bytes",
      behaviour: { onSocket: (socket: net.Socket) => void socket.write(new Uint8Array(100).fill(7)) },
    },
  ])("$what does not keep us from the honest one", async ({ behaviour }) => {
    const tested = await ClientUnderTest.open();
    const [bad, honest] = [await tested.seed(behaviour), await tested.seed()];
    expect(await tested.completes(await tested.addTorrent([bad, honest]))).toBe(true);
    expect(bad.accepted).toBeGreaterThan(0);
  });

  it("is our own client, which is removed from the candidates", async () => {
    const tested = await ClientUnderTest.open();
    await tested.client.listen();
    const ourselves = `127.0.0.1:${tested.client.port}`;
    const torrent = await tested.addTorrent([{ address: ourselves }]);
    await eventually("our own address is struck off", () => torrent.status().knownPeers === 0);
    expect(torrent.peers()).toEqual([]);
    await torrent.addPeers([(await tested.seed()).address, ourselves]);
    expect(await tested.completes(torrent)).toBe(true);
  });
});

describe("keeps the connection of an unusual seed that sends", () => {
  it.each<Case>([
    {
      what: "a bitfield again and again",
      act: (peer) => peer.send(...Array.from({ length: 10 }, () => encodeBitfield(fullBits(16))), encodeUnchoke()),
    },
    {
      what: "unknown messages",
      act: (peer) =>
        peer.send(
          encodeRaw(200, new Uint8Array(1000)),
          encodeBitfield(fullBits(16)),
          encodeRaw(99, new Uint8Array(0)),
          encodeUnchoke(),
        ),
    },
    {
      what: "ten thousand keep-alives",
      act: (peer) =>
        peer.send(
          ...Array.from({ length: 10_000 }, () => encodeKeepAlive()),
          encodeBitfield(fullBits(16)),
          encodeUnchoke(),
        ),
    },
    {
      what: "choke and unchoke a thousand times",
      act: (peer) =>
        peer.send(
          encodeBitfield(fullBits(16)),
          ...Array.from({ length: 1000 }, () => [encodeUnchoke(), encodeChoke()]).flat(),
          encodeUnchoke(),
        ),
    },
    {
      what: "have for each piece, twice",
      act: (peer) => peer.send(...Array.from({ length: 32 }, (_, index) => encodeHave(index % 16)), encodeUnchoke()),
    },
    {
      what: "extended messages with unknown ids",
      act: (peer) => peer.send(encodeBitfield(fullBits(16)), encodeExtended(250, latin1("noise")), encodeUnchoke()),
      reserved: extended,
    },
    {
      what: "an extended handshake with fields of the wrong kind",
      act: (peer) =>
        peer.send(
          encodeBitfield(fullBits(16)),
          encodeExtended(0, latin1("d1:mi5e1:pi-1e4:reqq3:foo1:vlee")),
          encodeUnchoke(),
        ),
      reserved: extended,
    },
    {
      what: "ten thousand allowed-fast, most of them for pieces that do not exist",
      act: (peer) =>
        peer.send(
          encodeHaveAll(),
          ...Array.from({ length: 10_000 }, (_, index) => encodeAllowedFast(10_000 - index)),
          encodeUnchoke(),
        ),
      reserved: fast,
    },
    {
      what: "rejects without requests",
      act: (peer) =>
        peer.send(encodeHaveAll(), encodeReject(3, 0, 16_384), encodeReject(0xffff_ffff, 1, 2), encodeUnchoke()),
      reserved: fast,
    },
    {
      what: "a queue of one",
      act: (peer) => peer.send(encodeBitfield(fullBits(16)), encodeExtended(0, latin1("d4:reqqi1ee")), encodeUnchoke()),
      reserved: extended,
    },
  ])("$what", async ({ act, reserved }) => {
    const tested = await ClientUnderTest.open();
    expect(
      await tested.completes(await tested.addTorrent([await tested.seed({ reserved: reserved ?? {}, greet: act })])),
    ).toBe(true);
  });

  it("unrequested blocks, which are neither kept nor counted", async () => {
    const tested = await ClientUnderTest.open();
    const pushy = await tested.seed({
      greet: (peer) => {
        for (let begin = 0; begin < 65_536; begin += 16_384)
          peer.send(encodePiece(5, begin, new Uint8Array(16_384).fill(1)));
        peer.send(
          encodePiece(0xffff_ffff, 0, new Uint8Array(16)),
          encodePiece(2, 7, new Uint8Array(100)),
          encodePiece(LAST, 65_000, new Uint8Array(16_384)),
        );
        peer.send(encodeBitfield(fullBits(16)), encodeUnchoke());
      },
    });
    const torrent = await tested.addTorrent([pushy]);
    expect(await tested.completes(torrent)).toBe(true);
    const { wasted, downloaded } = torrent.status();
    expect(wasted).toBe(4 * 16_384 + 16 + 100 + 16_384);
    expect(downloaded).toBe(tested.data.length);
  });
});
