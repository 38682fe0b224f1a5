import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LintedConversation } from "../../../test/support/linted-conversation.ts";
import { makeGoods } from "../../../test/support/violating-peer.ts";
import { utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import * as wire from "../../wire/index.ts";
import { CROSSING_GRACE_MS, SILENCE_MS, UNANSWERED_MS } from "./limits.ts";
import { RULES, type RuleId } from "./rules.ts";

const goods = makeGoods();
const privateGoods = makeGoods(true);
const BLOCK = 16_384;
const NONE = new Uint8Array(0);
const request = wire.encodeRequest(0, 0, BLOCK);
const block = wire.encodePiece(0, 0, goods.data.slice(0, BLOCK));
const hello = (
  names: Readonly<Record<string, number>> = { ut_metadata: 1, ut_pex: 2 },
  more: Partial<wire.ExtendedHandshake> = {},
): Uint8Array =>
  wire.encodeExtended(0, wire.encodeExtendedHandshake({ ...more, extensions: new Map(Object.entries(names)) }));
const handshake = (fields: Partial<wire.HandshakeOptions> = {}): Uint8Array =>
  wire.encodeHandshake({ infoHash: goods.metainfo.id.wire, peerId: new Uint8Array(20).fill(4), ...fields });
const meta = (message: wire.MetadataMessage): Uint8Array => wire.encodeExtended(1, wire.utMetadata.encode(message));
const pex = (added: string, dropped = ""): Uint8Array =>
  wire.encodeExtended(2, encode({ added: utf8(added), dropped: utf8(dropped) }));
const hashes = (id: number, index: number, length: number): Uint8Array => {
  const payload = new Uint8Array(48);
  new DataView(payload.buffer).setUint32(36, index);
  new DataView(payload.buffer).setUint32(40, length);
  return wire.encodeRaw(id, payload);
};

const fresh = (): LintedConversation => new LintedConversation(goods);
const slow = (): LintedConversation => fresh().handshakes({});
/** "in" has everything, "out" nothing; both speak all extensions of BEP 6 and 10. */
const begun = (): LintedConversation => fresh().begin();
const unchoked = (): LintedConversation =>
  begun().send("out", wire.encodeInterested()).send("in", wire.encodeUnchoke());
const extended = (): LintedConversation => begun().send("out", hello()).send("in", hello());
const v2 = (): LintedConversation => new LintedConversation().handshakes({ v2: true });

/** For each rule something that breaks it, and nothing else. */
const BROKEN: Readonly<Record<RuleId, () => LintedConversation>> = {
  "handshake.protocol": () => fresh().send("in", utf8("GET / HTTP/1.1\r\n")).send("in", utf8("Host: x\r\n")),
  "handshake.unreadable": () => fresh().send("in", new Uint8Array(40).fill(0x99)),
  "handshake.info-hash": () => {
    const conversation = new LintedConversation(goods, { infoHash: new Uint8Array(20) });
    return conversation.send("in", handshake());
  },
  "handshake.mismatch": () =>
    fresh()
      .send("out", handshake())
      .send("in", handshake({ infoHash: new Uint8Array(20), peerId: new Uint8Array(20) })),
  "handshake.self": () => fresh().send("out", handshake()).send("in", handshake()),

  "framing.length": () => slow().send("in", new Uint8Array([0x7f, 0, 0, 0]), new Uint8Array(100)),
  "framing.size": () => slow().send("in", wire.encodeRaw(0, new Uint8Array(1))),
  "framing.unknown": () => slow().send("in", wire.encodeRaw(200, NONE)),
  "framing.truncated": () => slow().send("in", request.subarray(0, 5)).close("in"),

  "pieces.bitfield-length": () => slow().send("in", wire.encodeBitfield(new Uint8Array(3))),
  "pieces.spare": () => slow().send("in", wire.encodeBitfield(new Uint8Array([0, 0x10]))),
  "pieces.bitfield-twice": () => begun().send("in", wire.encodeBitfield(new Uint8Array([0xff, 0xe0]))),
  "pieces.taken-back": () => begun().send("in", wire.encodeBitfield(new Uint8Array([0xff, 0xc0]))),
  "pieces.late": () => slow().send("in", wire.encodeUnchoke(), wire.encodeBitfield(new Uint8Array([0xff, 0xe0]))),
  "pieces.in-place-of-haves": () =>
    begun()
      .send("out", wire.encodeBitfield(new Uint8Array([0xf0, 0])))
      .send("out", NONE),
  "pieces.have-range": () => begun().send("in", wire.encodeHave(11)),
  "pieces.have-again": () => begun().send("in", wire.encodeHave(10)),

  "fast.unnegotiated": () => fresh().handshakes({ fast: true }, {}).send("out", wire.encodeHaveNone()),
  "fast.first": () => fresh().handshakes({ fast: true }).send("in", wire.encodeUnchoke()),
  "fast.twice": () => begun().send("in", wire.encodeHaveAll()),
  "fast.reject-unasked": () => begun().send("in", wire.encodeReject(0, 0, BLOCK)),
  "fast.allowed-range": () => begun().send("in", wire.encodeAllowedFast(11)),
  "fast.suggest-range": () => begun().send("in", wire.encodeSuggest(11)),
  "fast.suggest-unhad": () => begun().send("out", wire.encodeSuggest(1)),
  "fast.unanswered": () =>
    unchoked()
      .send("out", request)
      .send("in", wire.encodeChoke())
      .wait(UNANSWERED_MS + 1)
      .send("in", wire.encodeUnchoke()),

  "request.empty": () => unchoked().send("out", wire.encodeRequest(0, 0, 0)),
  "request.piece": () => unchoked().send("out", wire.encodeRequest(11, 0, BLOCK)),
  "request.range": () => unchoked().send("out", wire.encodeRequest(10, 100_000 - 1, 2)),
  "request.large": () => unchoked().send("out", wire.encodeRequest(0, 0, BLOCK + 1)),
  "request.huge": () => unchoked().send("out", wire.encodeRequest(0, 0, 131_073)),
  "request.choked": () => begun().send("out", wire.encodeInterested(), request),
  "request.uninterested": () => begun().send("in", wire.encodeUnchoke()).send("out", request),
  "request.unhad": () =>
    slow().send("out", wire.encodeInterested()).send("in", wire.encodeUnchoke()).send("out", request),
  "request.had": () => unchoked().send("out", wire.encodeHave(0), request),
  "request.again": () => unchoked().send("out", request, request),
  "request.queue": () =>
    unchoked()
      .send("in", hello({}, { requestQueue: 1 }))
      .wait(CROSSING_GRACE_MS + 1)
      .send("out", request, wire.encodeRequest(0, BLOCK, BLOCK), wire.encodeRequest(1, 0, BLOCK)),
  "request.upload-only": () => unchoked().send("out", hello({}, { uploadOnly: true }), request),
  "request.cancel-unasked": () => unchoked().send("out", wire.encodeCancel(0, 0, BLOCK)),

  "block.unasked": () => begun().send("in", block),
  "block.twice": () => unchoked().send("out", request).send("in", block, block),
  "block.length": () =>
    unchoked()
      .send("out", request)
      .send("in", wire.encodePiece(0, 0, new Uint8Array(1))),
  "block.range": () => unchoked().send("in", wire.encodePiece(10, 99_999, new Uint8Array(2))),
  "block.large": () => unchoked().send("in", wire.encodePiece(0, 0, new Uint8Array(131_073))),
  "block.choking": () =>
    unchoked()
      .send("out", request)
      .send("in", wire.encodeChoke())
      .wait(CROSSING_GRACE_MS + 1)
      .send("in", block),
  "block.after-choke": () =>
    fresh()
      .begin({})
      .send("out", wire.encodeInterested())
      .send("in", wire.encodeUnchoke())
      .send("out", request)
      .send("in", wire.encodeChoke(), block),
  "block.unhad": () =>
    fresh()
      .handshakes({ fast: true })
      .send("in", wire.encodeHaveNone(), wire.encodeUnchoke(), wire.encodeAllowedFast(0))
      .send("out", wire.encodeHaveNone(), wire.encodeInterested(), request)
      .send("in", block),
  "block.hash": () => {
    const conversation = unchoked();
    for (let begin = 0; begin < 100_000; begin += BLOCK)
      conversation.send("out", wire.encodeRequest(10, begin, Math.min(BLOCK, 100_000 - begin)));
    for (let begin = 0; begin < 100_000; begin += BLOCK)
      conversation.send("in", wire.encodePiece(10, begin, new Uint8Array(Math.min(BLOCK, 100_000 - begin))));
    return conversation;
  },

  "state.repeated": () => begun().send("out", wire.encodeNotInterested(), wire.encodeNotInterested()),
  "state.interested-complete": () => begun().send("in", wire.encodeInterested()),

  "rhythm.silence": () =>
    begun()
      .wait(SILENCE_MS + 1)
      .send("in", wire.encodeUnchoke()),
  "rhythm.keep-alives": () => begun().send("in", ...Array.from({ length: 15 }, wire.encodeKeepAlive)),

  "extended.unnegotiated": () => slow().send("in", hello({})),
  "extended.malformed": () => begun().send("in", wire.encodeExtended(0, utf8("i1e"))),
  "extended.unannounced": () => begun().send("in", wire.encodeExtended(1, NONE)),
  "extended.turned-off": () =>
    extended()
      .send("out", hello({ ut_pex: 0 }))
      .wait(CROSSING_GRACE_MS + 1)
      .send("in", pex("")),
  "extended.same-id": () => begun().send("in", hello({ xx_a: 5, xx_b: 5 })),

  "metadata.malformed": () => extended().send("in", wire.encodeExtended(1, utf8("d5:piecei0ee"))),
  "metadata.size": () => begun().send("in", hello({}, { metadataSize: goods.metainfo.infoBytes.length + 1 })),
  "metadata.range": () => extended().send("out", meta({ type: "request", piece: 1 })),
  "metadata.unasked": () =>
    extended().send(
      "in",
      meta({ type: "data", piece: 0, totalSize: goods.metainfo.infoBytes.length, data: goods.metainfo.infoBytes }),
    ),
  "metadata.length": () =>
    extended()
      .send("out", meta({ type: "request", piece: 0 }))
      .send(
        "in",
        meta({ type: "data", piece: 0, totalSize: goods.metainfo.infoBytes.length, data: new Uint8Array(1) }),
      ),
  "metadata.total-size": () =>
    extended()
      .send("out", meta({ type: "request", piece: 0 }))
      .send("in", meta({ type: "data", piece: 0, totalSize: 1, data: new Uint8Array(1) })),
  "metadata.no-total": () =>
    extended()
      .send("out", meta({ type: "request", piece: 0 }))
      .send("in", meta({ type: "data", piece: 0, totalSize: undefined, data: goods.metainfo.infoBytes })),
  "metadata.reject-unasked": () => extended().send("in", meta({ type: "reject", piece: 0 })),

  "pex.malformed": () => extended().send("in", pex("12345")),
  "pex.often": () => extended().send("in", pex("peer-1"), pex("peer-2")).wait(40_000).send("in", pex("peer-3")),
  "pex.many": () =>
    extended().send("in", pex(""), pex(Array.from({ length: 51 }, (_, index) => `peer${10 + index}`).join(""))),
  "pex.both": () => extended().send("in", pex("peer-1", "peer-1")),
  "pex.duplicate": () => extended().send("in", pex("peer-1peer-1")),

  "private.pex-offered": () => new LintedConversation(privateGoods).begin().send("in", hello({ ut_pex: 2 })),
  "private.pex": () => {
    // The torrent turns out to be private when pex is agreed on.
    const conversation = new LintedConversation().handshakes().send("out", hello()).send("in", hello());
    conversation.conversation.learn(privateGoods.metainfo);
    return conversation.send("in", pex("peer-1"));
  },
  "private.port": () => new LintedConversation(privateGoods).begin().send("in", wire.encodePort(6881)),

  "dht.unnegotiated": () => fresh().handshakes({ dht: true }, {}).send("in", wire.encodePort(6881)),
  "dht.port-zero": () => begun().send("in", wire.encodePort(0)),

  "hashes.unnegotiated": () => slow().send("in", hashes(21, 0, 2)),
  "hashes.shape": () => v2().send("out", hashes(21, 2, 4)),
  "hashes.unasked": () =>
    v2()
      .send("out", hashes(21, 0, 4))
      .send("in", hashes(23, 0, 4), hashes(23, 0, 4)),
};

describe("RULES", () => {
  it.each(Object.entries(BROKEN))("%s is found once, and nothing else", (rule, play) => {
    const { findings } = play();
    expect(findings.map(({ rule }) => rule)).toEqual([rule]);
  });

  it("are listed in docs/protocol/linter.md, each with its severity, BEP, meaning and reason", () => {
    const page = readFileSync(new URL("../../../docs/protocol/linter.md", import.meta.url), "utf8");
    const rows = page
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.replaceAll(/ +\|/g, " |"));
    expect(rows).toEqual(
      Object.entries(RULES).map(
        ([id, { severity, bep, title, why }]) => `| \`${id}\` | ${severity} | ${bep} | ${title} | ${why} |`,
      ),
    );
  });
});
