import { describe, expect, it } from "vitest";
import { concatBytes, utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import { MAX_REPLY_BYTES, MAX_REPLY_PEERS } from "../limits.ts";
import { decodeAnnounceReply } from "./http-reply.ts";
import { decodeScrapeReply } from "./scrape-reply.ts";

const peer = (n: number): { ip: string; port: number } => ({
  ip: `20.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
  port: 6881,
});

/** A reply whose list of peers has `count` times this element. */
const manyOf = (element: Uint8Array, count: number): Uint8Array =>
  concatBytes([utf8("d8:intervali1800e5:peersl"), ...Array.from({ length: count }, () => element), utf8("ee")]);

describe("decodeAnnounceReply of a long reply", () => {
  it("takes the first of 60,000 peers", () => {
    const { peers } = decodeAnnounceReply(
      encode({ interval: 1800, peers: Array.from({ length: 60_000 }, (_, n) => peer(n)) }),
    );
    expect(peers).toEqual(Array.from({ length: MAX_REPLY_PEERS }, (_, n) => peer(n)));
  });

  it.each([
    ["empty dictionaries", utf8("de")],
    ["empty lists", utf8("le")],
    ["numbers", utf8("i1e")],
    ["peers without a port", utf8("d2:ip9:127.0.0.1e")],
  ])("reads a bounded number of a list of %s", (_what, element) => {
    const { peers, interval } = decodeAnnounceReply(
      manyOf(element, Math.floor((MAX_REPLY_BYTES - 100) / element.length)),
    );
    expect([peers, interval]).toEqual([[], 1800]);
  });

  it("leaves out a peer that is a large document, and keeps the rest", () => {
    const large = encode({ ip: "20.0.0.1", port: 1, more: Array.from({ length: 1_000 }, () => 1) });
    const { peers } = decodeAnnounceReply(
      concatBytes([utf8("d5:peersl"), encode(peer(1)), large, encode(peer(2)), utf8("ee")]),
    );
    expect(peers).toEqual([peer(1), peer(2)]);
  });

  it("does not decode unused fields", () => {
    const { peers } = decodeAnnounceReply(
      concatBytes([
        utf8("d3:abcl"),
        ...Array.from({ length: 500_000 }, () => utf8("de")),
        utf8("e5:peers6:"),
        new Uint8Array([20, 0, 0, 1, 0, 1]),
        utf8("e"),
      ]),
    );
    expect(peers).toEqual([{ ip: "20.0.0.1", port: 1 }]);
  });
});

describe("decodeScrapeReply of a long reply", () => {
  it("reads 10,000 torrents, and rejects a bomb", () => {
    const key = (n: number): string => String(n).padStart(20, "0");
    const entry = { complete: 1, downloaded: 2, incomplete: 3 };
    const files = new Map(Array.from({ length: 10_000 }, (_, n) => [key(n), entry]));
    expect(decodeScrapeReply(encode({ files })).size).toBe(10_000);
    const bomb = concatBytes([
      utf8("d5:filesd1:al"),
      ...Array.from({ length: 500_000 }, () => utf8("de")),
      utf8("eee"),
    ]);
    expect(() => decodeScrapeReply(bomb)).toThrow("files");
  });
});
