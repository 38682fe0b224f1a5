import { describe, expect, it } from "vitest";
import { concatBytes, toHex } from "../../base/index.ts";
import { encodeBitfield, encodeHandshake, encodeHave, encodeMessage, encodePiece } from "../../wire/index.ts";
import { MAX_KEPT_GARBAGE } from "../limits.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { Conversation } from "./conversation.ts";
import { PayloadLimiter } from "./payload-limiter.ts";

const handshake = encodeHandshake({ infoHash: new Uint8Array(20).fill(1), peerId: new Uint8Array(20).fill(2) });

function begin(payloads: PayloadLimiter): PeerView {
  const conversation = new Conversation({ payloads });
  const view = new PeerView({ number: 1, address: "10.0.0.1:6881", direction: "incoming", conversation });
  conversation.receive("in", handshake, 0);
  return view;
}

function say(view: PeerView, ...messages: Uint8Array[]): void {
  view.conversation.receive("in", concatBytes(messages), 1);
}

describe("PayloadLimiter", () => {
  it("drops the oldest payloads of all conversations, and keeps their messages", () => {
    const payloads = new PayloadLimiter({ bytes: 3_000 });
    const views = [begin(payloads), begin(payloads)] as const;
    for (let block = 0; block < 4; block++)
      say(views[block % 2 === 0 ? 0 : 1], encodePiece(0, block, new Uint8Array(1_000).fill(block)));
    const blocks = views.map((view) =>
      view.messages.flatMap((entry) =>
        entry.type === "piece" ? [[entry.begin, entry.length, entry.block?.length]] : [],
      ),
    );
    expect(blocks).toEqual([
      [
        [0, 1_000, undefined],
        [2, 1_000, 1_000],
      ],
      [
        [1, 1_000, 1_000],
        [3, 1_000, 1_000],
      ],
    ]);
  });

  it("bounds every kind of long message: the first bytes are kept, a bitfield is dropped", () => {
    const payloads = new PayloadLimiter({ bytes: 600 });
    const view = begin(payloads);
    const long = Uint8Array.from({ length: 2_000 }, (_, at) => at);
    say(
      view,
      encodeMessage({ type: "unknown", id: 99, payload: long }),
      encodeMessage({ type: "extended", id: 9, payload: long }),
      encodeBitfield(long),
      encodePiece(0, 0, long),
    );
    const [, unknown, extended, bitfield] = view.timeline;
    for (const entry of [unknown, extended]) {
      expect(entry).toMatchObject({ payload: long.slice(0, MAX_KEPT_GARBAGE) });
      expect(entry !== undefined && "payload" in entry ? entry.payload.buffer.byteLength : 0).toBe(MAX_KEPT_GARBAGE);
      expect(entry?.size).toBeGreaterThan(2_000);
    }
    expect(bitfield).toMatchObject({ bits: new Uint8Array(0), size: 2_005 });
  });

  it("does not hold messages without a payload to drop", () => {
    const payloads = new PayloadLimiter({ bytes: 100 });
    const view = begin(payloads);
    say(
      view,
      ...Array.from({ length: 50 }, () => encodePiece(0, 0, new Uint8Array(0))),
      encodePiece(0, 0, new Uint8Array(100).fill(7)),
    );
    const { last } = view.timeline;
    expect(last?.type === "piece" && last.block !== undefined ? toHex(last.block.subarray(0, 2)) : undefined).toBe(
      "0707",
    );
  });

  it("drops the oldest messages of the longest conversation, wherever it is listed", () => {
    const payloads = new PayloadLimiter({ entries: 100 });
    const [loud, quiet] = [begin(payloads), begin(payloads)];
    say(quiet, encodeHave(1), encodeHave(2));
    for (let piece = 0; piece < 1_000; piece++) say(loud, encodeHave(piece));
    expect(loud.timeline.length + quiet.timeline.length).toBeLessThanOrEqual(110);
    expect([quiet.timeline.dropped, loud.timeline.dropped + loud.timeline.length]).toEqual([0, 1_001]);
    expect(loud.messages.map(({ number }) => number)).toEqual(loud.timeline.map(({ number }) => number));
    expect(loud.timeline.last).toMatchObject({ type: "have", piece: 999, number: 1_000 });
  });

  it("forgets conversations that are no longer reachable", () => {
    const payloads = new PayloadLimiter({ entries: 100 });
    const [old, next] = [begin(payloads), begin(payloads)];
    for (let piece = 0; piece < 80; piece++) say(old, encodeHave(piece));
    payloads.forget(old.timeline);
    for (let piece = 0; piece < 80; piece++) say(next, encodeHave(piece));
    expect([old.timeline.dropped, next.timeline.dropped]).toEqual([0, 0]);
  });
});
