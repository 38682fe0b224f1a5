import { describe, expect, it } from "vitest";
import { LintedConversation } from "../../../test/support/linted-conversation.ts";
import { makeGoods } from "../../../test/support/violating-peer.ts";
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
function unchoked(reserved?: { readonly extended: boolean }): LintedConversation {
  return new LintedConversation(goods).begin(reserved).send("out", encodeInterested()).send("in", encodeUnchoke());
}

describe("messages that cross", () => {
  it("a request that crosses the choke is no fault, one long after it is", () => {
    const conversation = unchoked()
      .send("in", encodeChoke())
      .wait(CROSSING_GRACE_MS)
      .send("out", request)
      .send("in", reject);
    expect(conversation.found).toEqual([]);
    conversation.wait(1).send("out", request);
    expect(conversation.found).toEqual(["out request.choked"]);
  });

  it("a request before any unchoke is at fault at once, but not for an allowed-fast piece", () => {
    const conversation = new LintedConversation(goods)
      .begin()
      .send("out", encodeInterested())
      .send("in", encodeAllowedFast(0))
      .send("out", request)
      .send("in", block);
    expect(conversation.found).toEqual([]);
    conversation.send("out", encodeRequest(1, 0, BLOCK));
    expect(conversation.found).toEqual(["out request.choked"]);
  });

  it.each([
    ["with the fast extension", undefined],
    ["without it", SLOW],
  ])("a block that crosses its cancel is no fault %s, nor is a cancel that crosses its block", (_title, reserved) => {
    expect(unchoked(reserved).send("out", request, cancel).send("in", block).found).toEqual([]);
    expect(unchoked(reserved).send("out", request).send("in", block).send("out", cancel).found).toEqual([]);
    expect(unchoked(reserved).send("out", cancel).found).toEqual(["out request.cancel-unasked"]);
  });

  it("a cancelled request has one reply, and a second reply is a fault", () => {
    expect(unchoked().send("out", request, cancel).send("in", reject).found).toEqual([]);
    expect(unchoked().send("out", request, cancel).send("in", block, reject).found).toEqual(["in fast.reject-unasked"]);
    expect(unchoked().send("out", request).send("in", reject, block).found).toEqual(["in block.twice"]);
  });

  it("a block that was requested twice may be sent twice", () => {
    const conversation = unchoked(SLOW).send("out", request, cancel, request).send("in", block, block);
    expect(conversation.found).toEqual([]);
    expect(conversation.send("in", block).found).toEqual(["in block.twice"]);
  });

  it("a choke without the fast extension drops requests: they may be sent again after an unchoke", () => {
    const conversation = unchoked(SLOW)
      .send("out", request)
      .send("in", encodeChoke())
      .send("out", encodeRequest(0, BLOCK, BLOCK))
      .send("in", encodeUnchoke());
    conversation.send("out", request, encodeRequest(0, BLOCK, BLOCK)).send("in", block);
    expect(conversation.found).toEqual([]);
    expect(conversation.send("out", encodeRequest(0, BLOCK, BLOCK)).found).toEqual(["out request.again"]);
  });

  it("a block just after the choke is a note, later a fault", () => {
    const conversation = unchoked(SLOW)
      .send("out", request, encodeRequest(0, BLOCK, BLOCK))
      .send("in", encodeChoke(), block);
    expect(conversation.found).toEqual(["in block.after-choke"]);
    conversation.wait(CROSSING_GRACE_MS + 1).send("in", encodePiece(0, BLOCK, goods.data.slice(BLOCK, 2 * BLOCK)));
    expect(conversation.found.slice(1)).toEqual(["in block.choking"]);
  });

  it("a block to a side that never was unchoked is a fault", () => {
    const conversation = new LintedConversation(goods)
      .begin(SLOW)
      .send("out", encodeInterested(), request)
      .send("in", block);
    expect(conversation.found).toEqual(["out request.choked", "in block.choking"]);
  });

  it("after a choke every request gets a reply before the unchoke, except those for allowed-fast pieces and those that crossed the choke", () => {
    const honest = unchoked()
      .send("in", encodeAllowedFast(0))
      .send("out", request, encodeRequest(1, 0, BLOCK))
      .send("in", encodeChoke());
    honest
      .send("out", encodeRequest(2, 0, BLOCK))
      .wait(UNANSWERED_MS + 1)
      .send("in", encodeReject(1, 0, BLOCK), encodeUnchoke());
    expect(honest.found).toEqual([]);
    const conversation = (ms: number): LintedConversation =>
      unchoked().send("out", request).send("in", encodeChoke()).wait(ms).send("in", encodeUnchoke());
    expect(conversation(UNANSWERED_MS).found).toEqual([]);
    expect(conversation(UNANSWERED_MS + 1).found).toEqual(["in fast.unanswered"]);
  });

  it("a queue length that was just sent may not have arrived", () => {
    const hello = encodeExtended(0, encodeExtendedHandshake({ extensions: new Map(), requestQueue: 2 }));
    const three = [0, 1, 2].map((index) => encodeRequest(0, index * BLOCK, BLOCK));
    expect(
      unchoked()
        .send("in", hello)
        .send("out", ...three).found,
    ).toEqual([]);
    expect(
      unchoked()
        .send("in", hello)
        .wait(CROSSING_GRACE_MS + 1)
        .send("out", ...three).found,
    ).toEqual(["out request.queue"]);
  });

  it("an extension that was just turned off may still be used", () => {
    const hello = (id: number): Uint8Array =>
      encodeExtended(0, encodeExtendedHandshake({ extensions: new Map([["xx_chat", id]]) }));
    const conversation = unchoked()
      .send("in", hello(7), hello(0))
      .wait(CROSSING_GRACE_MS)
      .send("out", encodeExtended(7, new Uint8Array(1)));
    expect(conversation.found).toEqual([]);
    expect(conversation.wait(1).send("out", encodeExtended(7, new Uint8Array(1))).found).toEqual([
      "out extended.turned-off",
    ]);
    expect(
      unchoked()
        .send("in", hello(7))
        .send("out", encodeExtended(8, new Uint8Array(1))).found,
    ).toEqual(["out extended.unannounced"]);
  });

  it("pieces count as soon as they are announced", () => {
    const conversation = new LintedConversation(goods)
      .handshakes(SLOW)
      .send("in", encodeHave(3))
      .send("out", encodeInterested())
      .send("in", encodeUnchoke());
    expect(conversation.send("out", encodeRequest(3, 0, BLOCK)).found).toEqual([]);
    expect(conversation.send("out", encodeRequest(4, 0, BLOCK)).found).toEqual(["out request.unhad"]);
    expect(conversation.send("in", encodePiece(4, 0, goods.data.slice(0, BLOCK))).found.slice(1)).toEqual([
      "in block.unhad",
    ]);
  });

  it("a side that sends before it receives the other handshake may use the options that the other sets", () => {
    const hello = (peer: number, dht: boolean): Uint8Array =>
      encodeHandshake({ infoHash: goods.metainfo.id.wire, peerId: new Uint8Array(20).fill(peer), reserved: { dht } });
    expect(
      new LintedConversation(goods).send("out", hello(1, true), encodePort(6881)).send("in", hello(2, true)).found,
    ).toEqual([]);
    expect(
      new LintedConversation(goods).send("out", hello(1, false), encodePort(6881)).send("in", hello(2, true)).found,
    ).toEqual(["out dht.unnegotiated"]);
  });
});
