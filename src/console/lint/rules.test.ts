import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Overheard } from "../../../test/support/overheard.ts";
import { makeGoods } from "../../../test/support/rude-peer.ts";
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

const fresh = (): Overheard => new Overheard(goods);
const slow = (): Overheard => fresh().shake({});
/** "in" has everything, "out" nothing; both speak all extensions of BEP 6 and 10. */
const begun = (): Overheard => fresh().begin();
const unchoked = (): Overheard => begun().say("out", wire.encodeInterested()).say("in", wire.encodeUnchoke());
const extended = (): Overheard => begun().say("out", hello()).say("in", hello());
const v2 = (): Overheard => new Overheard().shake({ v2: true });

/** For each rule something that breaks it, and nothing else. */
const BROKEN: Readonly<Record<RuleId, () => Overheard>> = {
  "handshake.protocol": () => fresh().say("in", utf8("GET / HTTP/1.1\r\n")).say("in", utf8("Host: x\r\n")),
  "handshake.unreadable": () => fresh().say("in", new Uint8Array(40).fill(0x99)),
  "handshake.info-hash": () => {
    const talk = new Overheard(goods, { infoHash: new Uint8Array(20) });
    return talk.say("in", handshake());
  },
  "handshake.mismatch": () =>
    fresh()
      .say("out", handshake())
      .say("in", handshake({ infoHash: new Uint8Array(20), peerId: new Uint8Array(20) })),
  "handshake.self": () => fresh().say("out", handshake()).say("in", handshake()),

  "framing.length": () => slow().say("in", new Uint8Array([0x7f, 0, 0, 0]), new Uint8Array(100)),
  "framing.size": () => slow().say("in", wire.encodeRaw(0, new Uint8Array(1))),
  "framing.unknown": () => slow().say("in", wire.encodeRaw(200, NONE)),
  "framing.truncated": () => slow().say("in", request.subarray(0, 5)).close("in"),

  "pieces.bitfield-length": () => slow().say("in", wire.encodeBitfield(new Uint8Array(3))),
  "pieces.spare": () => slow().say("in", wire.encodeBitfield(new Uint8Array([0, 0x10]))),
  "pieces.bitfield-twice": () => begun().say("in", wire.encodeBitfield(new Uint8Array([0xff, 0xe0]))),
  "pieces.taken-back": () => begun().say("in", wire.encodeBitfield(new Uint8Array([0xff, 0xc0]))),
  "pieces.late": () => slow().say("in", wire.encodeUnchoke(), wire.encodeBitfield(new Uint8Array([0xff, 0xe0]))),
  "pieces.in-place-of-haves": () =>
    begun()
      .say("out", wire.encodeBitfield(new Uint8Array([0xf0, 0])))
      .say("out", NONE),
  "pieces.have-range": () => begun().say("in", wire.encodeHave(11)),
  "pieces.have-again": () => begun().say("in", wire.encodeHave(10)),

  "fast.unnegotiated": () => fresh().shake({ fast: true }, {}).say("out", wire.encodeHaveNone()),
  "fast.first": () => fresh().shake({ fast: true }).say("in", wire.encodeUnchoke()),
  "fast.twice": () => begun().say("in", wire.encodeHaveAll()),
  "fast.reject-unasked": () => begun().say("in", wire.encodeReject(0, 0, BLOCK)),
  "fast.allowed-range": () => begun().say("in", wire.encodeAllowedFast(11)),
  "fast.suggest-range": () => begun().say("in", wire.encodeSuggest(11)),
  "fast.suggest-unhad": () => begun().say("out", wire.encodeSuggest(1)),
  "fast.unanswered": () =>
    unchoked()
      .say("out", request)
      .say("in", wire.encodeChoke())
      .wait(UNANSWERED_MS + 1)
      .say("in", wire.encodeUnchoke()),

  "request.empty": () => unchoked().say("out", wire.encodeRequest(0, 0, 0)),
  "request.piece": () => unchoked().say("out", wire.encodeRequest(11, 0, BLOCK)),
  "request.range": () => unchoked().say("out", wire.encodeRequest(10, 100_000 - 1, 2)),
  "request.large": () => unchoked().say("out", wire.encodeRequest(0, 0, BLOCK + 1)),
  "request.huge": () => unchoked().say("out", wire.encodeRequest(0, 0, 131_073)),
  "request.choked": () => begun().say("out", wire.encodeInterested(), request),
  "request.uninterested": () => begun().say("in", wire.encodeUnchoke()).say("out", request),
  "request.unhad": () => slow().say("out", wire.encodeInterested()).say("in", wire.encodeUnchoke()).say("out", request),
  "request.had": () => unchoked().say("out", wire.encodeHave(0), request),
  "request.again": () => unchoked().say("out", request, request),
  "request.queue": () =>
    unchoked()
      .say("in", hello({}, { requestQueue: 1 }))
      .wait(CROSSING_GRACE_MS + 1)
      .say("out", request, wire.encodeRequest(0, BLOCK, BLOCK), wire.encodeRequest(1, 0, BLOCK)),
  "request.upload-only": () => unchoked().say("out", hello({}, { uploadOnly: true }), request),
  "request.cancel-unasked": () => unchoked().say("out", wire.encodeCancel(0, 0, BLOCK)),

  "block.unasked": () => begun().say("in", block),
  "block.twice": () => unchoked().say("out", request).say("in", block, block),
  "block.length": () =>
    unchoked()
      .say("out", request)
      .say("in", wire.encodePiece(0, 0, new Uint8Array(1))),
  "block.range": () => unchoked().say("in", wire.encodePiece(10, 99_999, new Uint8Array(2))),
  "block.large": () => unchoked().say("in", wire.encodePiece(0, 0, new Uint8Array(131_073))),
  "block.choking": () =>
    unchoked()
      .say("out", request)
      .say("in", wire.encodeChoke())
      .wait(CROSSING_GRACE_MS + 1)
      .say("in", block),
  "block.after-choke": () =>
    fresh()
      .begin({})
      .say("out", wire.encodeInterested())
      .say("in", wire.encodeUnchoke())
      .say("out", request)
      .say("in", wire.encodeChoke(), block),
  "block.unhad": () =>
    fresh()
      .shake({ fast: true })
      .say("in", wire.encodeHaveNone(), wire.encodeUnchoke(), wire.encodeAllowedFast(0))
      .say("out", wire.encodeHaveNone(), wire.encodeInterested(), request)
      .say("in", block),
  "block.hash": () => {
    const talk = unchoked();
    for (let begin = 0; begin < 100_000; begin += BLOCK)
      talk.say("out", wire.encodeRequest(10, begin, Math.min(BLOCK, 100_000 - begin)));
    for (let begin = 0; begin < 100_000; begin += BLOCK)
      talk.say("in", wire.encodePiece(10, begin, new Uint8Array(Math.min(BLOCK, 100_000 - begin))));
    return talk;
  },

  "state.repeated": () => begun().say("out", wire.encodeNotInterested(), wire.encodeNotInterested()),
  "state.interested-complete": () => begun().say("in", wire.encodeInterested()),

  "rhythm.silence": () =>
    begun()
      .wait(SILENCE_MS + 1)
      .say("in", wire.encodeUnchoke()),
  "rhythm.keep-alives": () => begun().say("in", ...Array.from({ length: 15 }, wire.encodeKeepAlive)),

  "extended.unnegotiated": () => slow().say("in", hello({})),
  "extended.malformed": () => begun().say("in", wire.encodeExtended(0, utf8("i1e"))),
  "extended.unannounced": () => begun().say("in", wire.encodeExtended(1, NONE)),
  "extended.turned-off": () =>
    extended()
      .say("out", hello({ ut_pex: 0 }))
      .wait(CROSSING_GRACE_MS + 1)
      .say("in", pex("")),
  "extended.same-id": () => begun().say("in", hello({ xx_a: 5, xx_b: 5 })),

  "metadata.malformed": () => extended().say("in", wire.encodeExtended(1, utf8("d5:piecei0ee"))),
  "metadata.size": () => begun().say("in", hello({}, { metadataSize: goods.metainfo.infoBytes.length + 1 })),
  "metadata.range": () => extended().say("out", meta({ type: "request", piece: 1 })),
  "metadata.unasked": () =>
    extended().say(
      "in",
      meta({ type: "data", piece: 0, totalSize: goods.metainfo.infoBytes.length, data: goods.metainfo.infoBytes }),
    ),
  "metadata.length": () =>
    extended()
      .say("out", meta({ type: "request", piece: 0 }))
      .say("in", meta({ type: "data", piece: 0, totalSize: goods.metainfo.infoBytes.length, data: new Uint8Array(1) })),
  "metadata.total-size": () =>
    extended()
      .say("out", meta({ type: "request", piece: 0 }))
      .say("in", meta({ type: "data", piece: 0, totalSize: 1, data: new Uint8Array(1) })),
  "metadata.no-total": () =>
    extended()
      .say("out", meta({ type: "request", piece: 0 }))
      .say("in", meta({ type: "data", piece: 0, totalSize: undefined, data: goods.metainfo.infoBytes })),
  "metadata.reject-unasked": () => extended().say("in", meta({ type: "reject", piece: 0 })),

  "pex.malformed": () => extended().say("in", pex("12345")),
  "pex.often": () => extended().say("in", pex("peer-1"), pex("peer-2")).wait(40_000).say("in", pex("peer-3")),
  "pex.many": () =>
    extended().say("in", pex(""), pex(Array.from({ length: 51 }, (_, index) => `peer${10 + index}`).join(""))),
  "pex.both": () => extended().say("in", pex("peer-1", "peer-1")),
  "pex.duplicate": () => extended().say("in", pex("peer-1peer-1")),

  "private.pex-offered": () => new Overheard(privateGoods).begin().say("in", hello({ ut_pex: 2 })),
  "private.pex": () => {
    // The torrent turns out to be private when pex is agreed on.
    const talk = new Overheard().shake().say("out", hello()).say("in", hello());
    talk.conversation.learn(privateGoods.metainfo);
    return talk.say("in", pex("peer-1"));
  },
  "private.port": () => new Overheard(privateGoods).begin().say("in", wire.encodePort(6881)),

  "dht.unnegotiated": () => fresh().shake({ dht: true }, {}).say("in", wire.encodePort(6881)),
  "dht.port-zero": () => begun().say("in", wire.encodePort(0)),

  "hashes.unnegotiated": () => slow().say("in", hashes(21, 0, 2)),
  "hashes.shape": () => v2().say("out", hashes(21, 2, 4)),
  "hashes.unasked": () =>
    v2()
      .say("out", hashes(21, 0, 4))
      .say("in", hashes(23, 0, 4), hashes(23, 0, 4)),
};

describe("RULES", () => {
  it.each(Object.entries(BROKEN))("%s is found once, and nothing else", (rule, play) => {
    const { findings } = play();
    expect(findings.map(({ rule }) => rule)).toEqual([rule]);
  });

  it("stand in docs/protocol/linter.md, each with its severity, BEP, meaning and reason", () => {
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
