import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeGoods } from "../../../test/support/violating-peer.ts";
import * as wire from "../../wire/index.ts";
import { Conversation, type ConversationTap } from "./conversation.ts";
import type { Way } from "./entry.ts";
import type { Complaint, Observation } from "./lint.ts";

const { metainfo, data } = makeGoods();
const BLOCK = 16_384;
const request = wire.encodeRequest(0, 0, BLOCK);

function shaken(
  reserved: Partial<wire.Reserved> = {},
  options: ConstructorParameters<typeof Conversation>[0] = { metainfo },
): Conversation {
  const conversation = new Conversation(options);
  conversation.receive(
    "out",
    wire.encodeHandshake({ infoHash: metainfo.id.wire, peerId: new Uint8Array(20).fill(1), reserved }),
    0,
  );
  conversation.receive(
    "in",
    wire.encodeHandshake({ infoHash: metainfo.id.wire, peerId: new Uint8Array(20).fill(2), reserved }),
    0,
  );
  return conversation;
}

describe("Conversation", () => {
  it("records both directions in order, with time and size", () => {
    const conversation = shaken();
    conversation.receive("in", new Uint8Array([...wire.encodeUnchoke(), ...wire.encodeHave(3)]), 5);
    conversation.receive("out", request.subarray(0, 9), 6);
    conversation.receive("out", request.subarray(9), 7);
    expect(conversation.entries.map(({ number, way, type, size, at }) => [number, way, type, size, at])).toEqual([
      [0, "out", "handshake", 68, 0],
      [1, "in", "handshake", 68, 0],
      [2, "in", "unchoke", 5, 5],
      [3, "in", "have", 9, 5],
      [4, "out", "request", 17, 7],
    ]);
    expect(conversation.sides.in).toMatchObject({ choking: false, messages: 3, bytes: 82, lastAt: 5 });
    expect(conversation.sides.in.pieces?.get(3)).toBe(true);
    expect([...conversation.sides.out.requests]).toEqual([{ piece: 0, begin: 0, length: BLOCK }]);
  });

  it("drops requests at a choke and at a cancel only without the fast extension", () => {
    for (const fast of [false, true]) {
      const conversation = shaken({ fast });
      conversation.receive("out", request, 1);
      conversation.receive("in", wire.encodeChoke(), 2);
      expect(conversation.sides.out.requests.size).toBe(fast ? 1 : 0);
      conversation.receive("out", request, 3);
      conversation.receive("out", wire.encodeCancel(0, 0, BLOCK), 4);
      expect(conversation.sides.out.requests.size).toBe(fast ? 1 : 0);
      conversation.receive("in", wire.encodePiece(0, 0, data.slice(0, BLOCK)), 5);
      expect(conversation.sides.out.requests.size).toBe(0);
      expect(conversation.sides.in.blockBytes).toBe(BLOCK);
    }
  });

  it("applies announced pieces when the metadata is received later", () => {
    const conversation = shaken({ fast: true }, {});
    conversation.receive("in", wire.encodeBitfield(new Uint8Array([0x80, 0])), 1);
    conversation.receive("in", wire.encodeHave(10), 2);
    conversation.receive("out", wire.encodeHaveAll(), 3);
    expect(conversation.sides.in.pieces).toBeUndefined();
    conversation.learn(metainfo);
    expect([...(conversation.sides.in.pieces?.ones() ?? [])]).toEqual([0, 10]);
    expect(conversation.sides.out.pieces?.isFull).toBe(true);
    conversation.receive("in", wire.encodeHave(4_000_000_000), 4);
    expect(conversation.sides.in.pieces?.count).toBe(2);
  });

  it("decodes extensions by the names of the other side, which may change", () => {
    const conversation = shaken({ extended: true });
    const hello = (ids: readonly (readonly [string, number])[], client?: string): void => {
      conversation.receive(
        "out",
        wire.encodeExtended(0, wire.encodeExtendedHandshake({ extensions: new Map(ids), client })),
        1,
      );
    };
    const ask = (id: number): string | undefined =>
      conversation.receive("in", wire.encodeExtended(id, wire.utMetadata.encode({ type: "request", piece: 0 })), 2)[0]
        ?.type;
    hello([["ut_metadata", 3]], "A 1");
    expect([ask(3), ask(4)]).toEqual(["metadata-request", "extended"]);
    hello([
      ["ut_metadata", 4],
      ["ut_pex", 5],
    ]);
    expect([ask(3), ask(4)]).toEqual(["extended", "metadata-request"]);
    hello([["ut_metadata", 0]]);
    expect([ask(3), ask(4)]).toEqual(["extended", "extended"]);
    expect(conversation.sides.out.extended?.client).toBe("A 1");
    expect(conversation.sides.out.extensionId("ut_pex")).toBe(5);
  });

  it("ends once, and reports an end in the middle of a message", () => {
    const conversation = shaken();
    conversation.receive("in", request.subarray(0, 5), 1);
    conversation.close("in", "connection closed", 2);
    conversation.close("out", "we, too", 3);
    expect(conversation.receive("in", request, 4)).toEqual([]);
    expect(conversation.entries.slice(2)).toMatchObject([
      { type: "closed", way: "in", why: "connection closed, in the middle of a message", at: 2 },
    ]);
    expect(conversation.isClosed).toBe(true);
  });

  it("passes the linter the sides as they were before the message, and keeps its findings with the message", () => {
    const seen: [string, boolean, boolean][] = [];
    const complaint: Complaint = { rule: "a.rule", severity: "note", bep: 3, text: "so it was" };
    const linter = {
      observe: ({ message, from, isMidMessage }: Observation): Complaint[] => {
        seen.push([message.type, from.choking, isMidMessage]);
        return message.type === "unchoke" ? [complaint] : [];
      },
    };
    const conversation = shaken({}, { linter });
    conversation.receive("in", wire.encodeUnchoke(), 9);
    conversation.receive("in", wire.encodeChoke(), 10);
    expect(seen.slice(2)).toEqual([
      ["unchoke", true, false],
      ["choke", false, false],
    ]);
    const finding = { ...complaint, way: "in", entry: 2, at: 9 };
    expect(conversation.findings).toEqual([finding]);
    expect(conversation.entries.at(2)?.findings).toEqual([finding]);
  });

  it("is the same when the calls of its tap are repeated, for any messages", () => {
    const chunks = fc.array(
      fc.tuple(
        fc.constantFrom<Way>("out", "in"),
        fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(request, wire.encodeHave(2), wire.encodeChoke())),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(chunks, fc.boolean(), (said, isShaken) => {
        const first = isShaken ? shaken({ fast: true, extended: true }) : new Conversation({ metainfo });
        const second = isShaken ? shaken({ fast: true, extended: true }) : new Conversation({ metainfo });
        const tap: ConversationTap = {
          onBytes: (way, bytes, at) => second.receive(way, bytes, at),
          onClose: (way, why, at) => second.close(way, why, at),
        };
        first.tap = tap;
        said.forEach(([way, bytes], index) => first.receive(way, bytes, index));
        first.close("in", "closed", said.length);
        expect([...second.entries]).toEqual([...first.entries]);
        expect(second.sides).toEqual(first.sides);
      }),
    );
  });

  it("ignores messages after the one at which a side closed, and passes only the read ones to the tap", () => {
    const conversation = new Conversation({ metainfo });
    const taped: number[] = [];
    conversation.tap = {
      onBytes: (_way, bytes, _at, entries) => taped.push(bytes.length, entries.length),
      onClose: () => undefined,
    };
    conversation.receive("in", wire.encodeHandshake({ infoHash: metainfo.id.wire, peerId: new Uint8Array(20) }), 0);
    conversation.entries.watch(({ type }) => {
      if (type === "choke") conversation.close("out", "the console closed the connection", 1);
    });
    const bytes = Buffer.concat([
      wire.encodeUnchoke(),
      wire.encodeChoke(),
      wire.encodeHave(1),
      wire.encodeHave(2).subarray(0, 3),
    ]);
    expect(conversation.receive("in", bytes, 1).map(({ type }) => type)).toEqual(["unchoke", "choke"]);
    expect(conversation.entries.map(({ type }) => type)).toEqual(["handshake", "unchoke", "choke", "closed"]);
    expect(taped).toEqual([68, 1, 10, 2]);
  });
});
