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
import { Theatre } from "../support/theatre.ts";

/** A length prefix, alone. */
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
  /** Of the reason that is logged. */
  readonly why?: RegExp;
  readonly reserved?: Partial<Reserved>;
}

describe("a seed that says what may not be said is dropped, for the right reason, and the download goes on without it:", () => {
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
      what: "an extended handshake of noise",
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
      what: "metadata of noise",
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
    const theatre = await Theatre.open();
    const bad = await theatre.seed({ reserved: reserved ?? {}, greet: act });
    const torrent = await theatre.play([bad]);
    await eventually("it is dropped", () => bad.isDropped);
    await theatre.logged(why ?? /peer left/);
    await torrent.addPeers([(await theatre.seed()).address]);
    expect(await theatre.completes(torrent)).toBe(true);
  });

  it("three times over, then it is not dialed any more", async () => {
    const theatre = await Theatre.open();
    const unteachable = await theatre.seed({ greet: (peer) => peer.send(encodeHave(99)) });
    const torrent = await theatre.play();
    for (let times = 1; times <= MAX_OFFENCES; times++) {
      await torrent.addPeers([unteachable.address]);
      await eventually(
        "it is dropped",
        () => theatre.reasons().filter((line) => line.includes("have for piece 99")).length === times,
      );
    }
    await torrent.addPeers([unteachable.address, (await theatre.seed()).address]);
    expect(await theatre.completes(torrent)).toBe(true);
    expect(unteachable.accepted).toBe(MAX_OFFENCES);
  });

  it("as often as it likes under another peer's id: the other is not locked out", async () => {
    const theatre = await Theatre.open();
    await theatre.play();
    const peerId = someId("claimed");
    for (let times = 0; times < 2 * MAX_OFFENCES; times++) {
      const peer = await theatre.dial({ peerId });
      peer.send(encodeHave(99));
      await peer.dropped();
    }
    const honest = await theatre.dial({ peerId, fast: true });
    await honest.until(() => honest.heardOf("have-none").length === 1);
    expect(honest.isClosed).toBe(false);
  });
});

describe("a seed that we dial and that", () => {
  it.each([
    { what: "answers with another info-hash", behaviour: { infoHash: new Uint8Array(20).fill(1) } },
    { what: "hangs up at once", behaviour: { onSocket: (socket: net.Socket) => void socket.destroy() } },
    { what: "says nothing", behaviour: { onSocket: () => undefined } },
    {
      what: "answers with noise",
      behaviour: { onSocket: (socket: net.Socket) => void socket.write(new Uint8Array(100).fill(7)) },
    },
  ])("$what does not keep us from the honest one", async ({ behaviour }) => {
    const theatre = await Theatre.open();
    const [bad, honest] = [await theatre.seed(behaviour), await theatre.seed()];
    expect(await theatre.completes(await theatre.play([bad, honest]))).toBe(true);
    expect(bad.accepted).toBeGreaterThan(0);
  });

  it("is ourselves is struck off the list", async () => {
    const theatre = await Theatre.open();
    await theatre.client.listen();
    const ourselves = `127.0.0.1:${theatre.client.port}`;
    const torrent = await theatre.play([{ address: ourselves }]);
    await eventually("our own address is struck off", () => torrent.status().knownPeers === 0);
    expect(torrent.peers()).toEqual([]);
    await torrent.addPeers([(await theatre.seed()).address, ourselves]);
    expect(await theatre.completes(torrent)).toBe(true);
  });
});

describe("a seed that is odd, but within the rules, is put up with:", () => {
  it.each<Case>([
    {
      what: "a bitfield again and again",
      act: (peer) => peer.send(...Array.from({ length: 10 }, () => encodeBitfield(fullBits(16))), encodeUnchoke()),
    },
    {
      what: "messages that nobody knows",
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
      what: "pieces told one by one, and twice",
      act: (peer) => peer.send(...Array.from({ length: 32 }, (_, index) => encodeHave(index % 16)), encodeUnchoke()),
    },
    {
      what: "extended messages with ids that are not ours",
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
      what: "ten thousand allowed-fast, most of pieces there are not",
      act: (peer) =>
        peer.send(
          encodeHaveAll(),
          ...Array.from({ length: 10_000 }, (_, index) => encodeAllowedFast(10_000 - index)),
          encodeUnchoke(),
        ),
      reserved: fast,
    },
    {
      what: "rejects of what was never asked",
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
    const theatre = await Theatre.open();
    expect(
      await theatre.completes(await theatre.play([await theatre.seed({ reserved: reserved ?? {}, greet: act })])),
    ).toBe(true);
  });

  it("blocks that nobody asked for, which are neither kept nor counted", async () => {
    const theatre = await Theatre.open();
    const pushy = await theatre.seed({
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
    const torrent = await theatre.play([pushy]);
    expect(await theatre.completes(torrent)).toBe(true);
    const { wasted, downloaded } = torrent.status();
    expect(wasted).toBe(4 * 16_384 + 16 + 100 + 16_384);
    expect(downloaded).toBe(theatre.data.length);
  });
});
