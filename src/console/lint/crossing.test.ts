import { describe, expect, it } from "vitest";
import { Overheard } from "../../../test/support/overheard.ts";
import { makeGoods } from "../../../test/support/rude-peer.ts";
import {
  encodeAllowedFast,
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  encodeHave,
  encodeInterested,
  encodePiece,
  encodePort,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
} from "../../wire/index.ts";
import { CROSSING_GRACE_MS, UNANSWERED_MS } from "./limits.ts";

const goods = makeGoods();
const BLOCK = 16_384;
const SLOW = { extended: true };
const request = encodeRequest(0, 0, BLOCK);
const block = encodePiece(0, 0, goods.data.slice(0, BLOCK));
const reject = encodeReject(0, 0, BLOCK);
const cancel = encodeCancel(0, 0, BLOCK);

/** A leecher ("out") that is interested and unchoked by a seeder ("in"). */
function unchoked(reserved?: { readonly extended: boolean }): Overheard {
  return new Overheard(goods).begin(reserved).say("out", encodeInterested()).say("in", encodeUnchoke());
}

describe("messages that cross", () => {
  it("a request that meets the choke is fine, one long after it is not", () => {
    const talk = unchoked().say("in", encodeChoke()).wait(CROSSING_GRACE_MS).say("out", request).say("in", reject);
    expect(talk.found).toEqual([]);
    talk.wait(1).say("out", request);
    expect(talk.found).toEqual(["out request.choked"]);
  });

  it("a request before any unchoke is at fault at once, but not for an allowed-fast piece", () => {
    const talk = new Overheard(goods)
      .begin()
      .say("out", encodeInterested())
      .say("in", encodeAllowedFast(0))
      .say("out", request)
      .say("in", block);
    expect(talk.found).toEqual([]);
    talk.say("out", encodeRequest(1, 0, BLOCK));
    expect(talk.found).toEqual(["out request.choked"]);
  });

  it.each([
    ["with the fast extension", undefined],
    ["without it", SLOW],
  ])("a block that meets its cancel is fine %s, and a cancel that meets its block", (_title, reserved) => {
    expect(unchoked(reserved).say("out", request, cancel).say("in", block).found).toEqual([]);
    expect(unchoked(reserved).say("out", request).say("in", block).say("out", cancel).found).toEqual([]);
    expect(unchoked(reserved).say("out", cancel).found).toEqual(["out request.cancel-unasked"]);
  });

  it("a cancelled request has one answer, and a second one is too much", () => {
    expect(unchoked().say("out", request, cancel).say("in", reject).found).toEqual([]);
    expect(unchoked().say("out", request, cancel).say("in", block, reject).found).toEqual(["in fast.reject-unasked"]);
    expect(unchoked().say("out", request).say("in", reject, block).found).toEqual(["in block.twice"]);
  });

  it("what was asked for twice may come twice", () => {
    const talk = unchoked(SLOW).say("out", request, cancel, request).say("in", block, block);
    expect(talk.found).toEqual([]);
    expect(talk.say("in", block).found).toEqual(["in block.twice"]);
  });

  it("a choke without the fast extension voids what was asked: asking again after unchoke is fine", () => {
    const talk = unchoked(SLOW)
      .say("out", request)
      .say("in", encodeChoke())
      .say("out", encodeRequest(0, BLOCK, BLOCK))
      .say("in", encodeUnchoke());
    talk.say("out", request, encodeRequest(0, BLOCK, BLOCK)).say("in", block);
    expect(talk.found).toEqual([]);
    expect(talk.say("out", encodeRequest(0, BLOCK, BLOCK)).found).toEqual(["out request.again"]);
  });

  it("a block just after the choke is a note, later a fault", () => {
    const talk = unchoked(SLOW)
      .say("out", request, encodeRequest(0, BLOCK, BLOCK))
      .say("in", encodeChoke(), block);
    expect(talk.found).toEqual(["in block.after-choke"]);
    talk.wait(CROSSING_GRACE_MS + 1).say("in", encodePiece(0, BLOCK, goods.data.slice(BLOCK, 2 * BLOCK)));
    expect(talk.found.slice(1)).toEqual(["in block.choking"]);
  });

  it("a block to a side that never was unchoked is a fault", () => {
    const talk = new Overheard(goods).begin(SLOW).say("out", encodeInterested(), request).say("in", block);
    expect(talk.found).toEqual(["out request.choked", "in block.choking"]);
  });

  it("after a choke every request is answered before the unchoke, those for allowed-fast pieces and those that met the choke excepted", () => {
    const honest = unchoked()
      .say("in", encodeAllowedFast(0))
      .say("out", request, encodeRequest(1, 0, BLOCK))
      .say("in", encodeChoke());
    honest
      .say("out", encodeRequest(2, 0, BLOCK))
      .wait(UNANSWERED_MS + 1)
      .say("in", encodeReject(1, 0, BLOCK), encodeUnchoke());
    expect(honest.found).toEqual([]);
    const rude = (ms: number): Overheard =>
      unchoked().say("out", request).say("in", encodeChoke()).wait(ms).say("in", encodeUnchoke());
    expect(rude(UNANSWERED_MS).found).toEqual([]);
    expect(rude(UNANSWERED_MS + 1).found).toEqual(["in fast.unanswered"]);
  });

  it("a queue that was just told may not have arrived", () => {
    const hello = encodeExtended(0, encodeExtendedHandshake({ extensions: new Map(), requestQueue: 2 }));
    const three = [0, 1, 2].map((index) => encodeRequest(0, index * BLOCK, BLOCK));
    expect(
      unchoked()
        .say("in", hello)
        .say("out", ...three).found,
    ).toEqual([]);
    expect(
      unchoked()
        .say("in", hello)
        .wait(CROSSING_GRACE_MS + 1)
        .say("out", ...three).found,
    ).toEqual(["out request.queue"]);
  });

  it("an extension that was just turned off may still be used", () => {
    const hello = (id: number): Uint8Array =>
      encodeExtended(0, encodeExtendedHandshake({ extensions: new Map([["xx_chat", id]]) }));
    const talk = unchoked()
      .say("in", hello(7), hello(0))
      .wait(CROSSING_GRACE_MS)
      .say("out", encodeExtended(7, new Uint8Array(1)));
    expect(talk.found).toEqual([]);
    expect(talk.wait(1).say("out", encodeExtended(7, new Uint8Array(1))).found).toEqual(["out extended.turned-off"]);
    expect(
      unchoked()
        .say("in", hello(7))
        .say("out", encodeExtended(8, new Uint8Array(1))).found,
    ).toEqual(["out extended.unannounced"]);
  });

  it("pieces are known as soon as they are told", () => {
    const talk = new Overheard(goods)
      .shake(SLOW)
      .say("in", encodeHave(3))
      .say("out", encodeInterested())
      .say("in", encodeUnchoke());
    expect(talk.say("out", encodeRequest(3, 0, BLOCK)).found).toEqual([]);
    expect(talk.say("out", encodeRequest(4, 0, BLOCK)).found).toEqual(["out request.unhad"]);
    expect(talk.say("in", encodePiece(4, 0, goods.data.slice(0, BLOCK))).found.slice(1)).toEqual(["in block.unhad"]);
  });

  it("a side that speaks before it has heard the other may count on what the other sets", () => {
    const hello = (peer: number, dht: boolean): Uint8Array =>
      encodeHandshake({ infoHash: goods.metainfo.id.wire, peerId: new Uint8Array(20).fill(peer), reserved: { dht } });
    expect(new Overheard(goods).say("out", hello(1, true), encodePort(6881)).say("in", hello(2, true)).found).toEqual(
      [],
    );
    expect(new Overheard(goods).say("out", hello(1, false), encodePort(6881)).say("in", hello(2, true)).found).toEqual([
      "out dht.unnegotiated",
    ]);
  });
});
