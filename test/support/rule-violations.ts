import { Bitfield, utf8, writeUint32 } from "../../src/base/index.ts";
import type { RuleId } from "../../src/console/lint/index.ts";
import {
  encodeAllowedFast,
  encodeBitfield,
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeInterested,
  encodeKeepAlive,
  encodeNotInterested,
  encodePiece,
  encodePort,
  encodeRaw,
  encodeReject,
  encodeRequest,
  encodeSuggest,
  encodeUnchoke,
  utMetadata,
} from "../../src/wire/index.ts";
import { encode } from "../../src/bencode/index.ts";
import { upperHalf, type Goods, type Violation, type Opening, type ViolatingPeer } from "./violating-peer.ts";

const BLOCK = 16_384;
const without =
  (...bits: readonly ("fast" | "extended" | "dht")[]): (() => Partial<Opening>) =>
  () => ({
    reserved: { fast: !bits.includes("fast"), extended: !bits.includes("extended"), dht: !bits.includes("dht") },
    ...(bits.includes("extended") ? { extended: undefined } : {}),
  });

/** Sends these messages after the usual opening. */
const says = (rule: RuleId, ...messages: readonly Uint8Array[]): Violation => ({
  rule,
  act: (peer) => peer.send(...messages),
});

/** Requests these blocks as soon as it is unchoked. */
const asks = (rule: RuleId, ...messages: readonly Uint8Array[]): Violation => ({
  rule,
  act: async (peer) => {
    peer.send(encodeInterested());
    await peer.next("unchoke");
    peer.send(...messages);
  },
});

/** Unchokes the other side, and replies to its first request with these messages. */
const answers = (
  rule: RuleId,
  answer: (
    peer: ViolatingPeer,
    request: { readonly piece: number; readonly begin: number; readonly length: number },
  ) => readonly Uint8Array[],
): Violation => ({
  rule,
  act: async (peer) => {
    await peer.next("interested");
    peer.send(encodeUnchoke());
    peer.send(...answer(peer, await peer.next("request")));
  },
});

/** Sends an extended handshake with these additional fields. */
const introduces = (rule: RuleId, opening: (goods: Goods) => Opening["extended"]): Violation => ({
  rule,
  opening: (goods) => ({ extended: opening(goods) }),
});

/** Sends a message of an extension by the id that the other side assigned to it. */
async function extend(peer: ViolatingPeer, id: number, ...payloads: readonly Uint8Array[]): Promise<void> {
  await peer.next("extended");
  peer.send(...payloads.map((payload) => encodeExtended(id, payload)));
}

/** The extension ids of the honest side. */
export const HONEST_IDS = { metadata: 1, pex: 2 } as const;

const metadata = (rule: RuleId, ...payloads: readonly Uint8Array[]): Violation => ({
  rule,
  act: (peer) => extend(peer, HONEST_IDS.metadata, ...payloads),
});
const pex = (rule: RuleId, ...payloads: readonly Uint8Array[]): Violation => ({
  rule,
  act: (peer) => extend(peer, HONEST_IDS.pex, ...payloads),
});

/** Compact contacts, from this one on. */
function contacts(count: number, first = 0): Uint8Array {
  const out = new Uint8Array(count * 6);
  for (let index = 0; index < count; index++)
    out.set([10, 1, (first + index) >> 8, (first + index) & 0xff, 0x1a, 0xe1], index * 6);
  return out;
}

function hashRequest(length: number): Uint8Array {
  const payload = new Uint8Array(48);
  writeUint32(payload, 40, length);
  return encodeRaw(21, payload);
}

const fewer = (): Uint8Array => {
  const field = upperHalf();
  field.set(7, false);
  return field.pack();
};

/** Every violation by its name. Each is exactly one finding, of that rule, about the violating side. */
export const VIOLATIONS: Readonly<Record<string, Violation>> = {
  speaksAnotherProtocol: {
    rule: "handshake.protocol",
    opening: "none",
    act: (peer) => peer.send(utf8("HTTP/1.1 400 Bad Request\r\n\r\n")),
  },
  speaksEncrypted: {
    rule: "handshake.unreadable",
    opening: "none",
    act: (peer) => peer.send(new Uint8Array(96).fill(0xd7)),
  },
  namesAnotherTorrent: { rule: "handshake.info-hash", opening: () => ({ infoHash: new Uint8Array(20).fill(9) }) },
  hasOurPeerId: { rule: "handshake.self", opening: (_goods, theirs) => ({ peerId: theirs.slice(48, 68) }) },

  sendsAbsurdLength: says("framing.length", new Uint8Array([0xff, 0xff, 0xff, 0xff, 4])),
  sendsShortHave: says("framing.size", encodeRaw(4, new Uint8Array(3))),
  sendsUnknownId: says("framing.unknown", encodeRaw(99, new Uint8Array(10))),
  hangsUpWithinMessage: says("framing.truncated", encodeRequest(0, 0, BLOCK).subarray(0, 9)),

  sendsShortBitfield: { rule: "pieces.bitfield-length", opening: () => ({ bits: new Uint8Array(1) }) },
  setsSpareBits: { rule: "pieces.spare", opening: () => ({ bits: new Uint8Array([0x03, 0xff]) }) },
  sendsBitfieldTwice: says("pieces.bitfield-twice", encodeBitfield(upperHalf().pack())),
  takesPiecesBack: says("pieces.taken-back", encodeBitfield(fewer())),
  tellsManyByBitfield: says("pieces.in-place-of-haves", encodeBitfield(Bitfield.full(11).pack())),
  sendsLateBitfield: {
    rule: "pieces.late",
    opening: () => ({ reserved: { extended: true, dht: true }, bits: undefined }),
    act: (peer) => peer.send(encodeInterested(), encodeBitfield(upperHalf().pack())),
  },
  hasPiecePastEnd: says("pieces.have-range", encodeHave(11)),
  hasPieceAgain: says("pieces.have-again", encodeHave(7)),

  sendsHaveAllWithoutFast: {
    rule: "fast.unnegotiated",
    opening: () => ({ reserved: { extended: true }, bits: undefined }),
    act: (peer) => peer.send(encodeHaveAll()),
  },
  tellsNoPieces: {
    rule: "fast.first",
    opening: () => ({ bits: undefined, extended: undefined }),
    act: (peer) => peer.send(encodeInterested()),
  },
  tellsPiecesTwice: says("fast.twice", encodeHaveNone()),
  rejectsUnasked: says("fast.reject-unasked", encodeReject(6, 0, BLOCK)),
  allowsPiecePastEnd: says("fast.allowed-range", encodeAllowedFast(11)),
  suggestsPiecePastEnd: says("fast.suggest-range", encodeSuggest(11)),
  suggestsPieceItLacks: says("fast.suggest-unhad", encodeSuggest(0)),

  asksForNothing: asks("request.empty", encodeRequest(0, 0, 0)),
  asksForNoPiece: asks("request.piece", encodeRequest(11, 0, BLOCK)),
  asksPastEnd: asks("request.range", encodeRequest(0, 262_144 - 100, BLOCK)),
  asksForMuch: asks("request.large", encodeRequest(0, 0, 32_768)),
  asksForTooMuch: asks("request.huge", encodeRequest(0, 0, 200_000)),
  asksWhileChoked: {
    rule: "request.choked",
    act: async (peer) => {
      await peer.next("bitfield");
      peer.send(encodeInterested(), encodeRequest(0, 0, BLOCK));
    },
  },
  asksWithoutInterest: asks("request.uninterested", encodeNotInterested(), encodeRequest(0, 0, BLOCK)),
  asksForPieceNobodyHas: {
    ...asks("request.unhad", encodeRequest(8, 0, BLOCK)),
    opening: () => ({ bits: new Bitfield(11).pack() }),
  },
  asksForPieceItHas: asks("request.had", encodeHave(0), encodeRequest(0, 0, BLOCK)),
  asksAgain: asks("request.again", encodeRequest(0, 0, BLOCK), encodeRequest(0, 0, BLOCK)),
  asksAfterUploadOnly: asks(
    "request.upload-only",
    encodeExtended(0, encodeExtendedHandshake({ extensions: new Map(), uploadOnly: true })),
    encodeRequest(0, 0, BLOCK),
  ),
  cancelsWhatItNeverAsked: says("request.cancel-unasked", encodeCancel(0, 0, BLOCK)),

  sendsBlockUnasked: says("block.unasked", encodePiece(9, 0, new Uint8Array(BLOCK))),
  sendsBlockTwice: answers("block.twice", (peer, { piece, begin, length }) => [
    encodePiece(piece, begin, peer.block(piece, begin, length)),
    encodePiece(piece, begin, peer.block(piece, begin, length)),
  ]),
  sendsShortBlock: answers("block.length", (peer, { piece, begin }) => [
    encodePiece(piece, begin, peer.block(piece, begin, 100)),
  ]),
  sendsBlockPastEnd: says("block.range", encodePiece(6, 262_144, new Uint8Array(10))),
  sendsHugeBlock: says("block.large", encodePiece(6, 0, new Uint8Array(200_000))),
  sendsBlockAfterChoke: {
    ...answers("block.after-choke", (peer, { piece, begin, length }) => [
      encodeChoke(),
      encodePiece(piece, begin, peer.block(piece, begin, length)),
    ]),
    opening: without("fast"),
  },
  sendsBadData: answers("block.hash", (_peer, { piece }) =>
    Array.from({ length: 16 }, (_, index) => encodePiece(piece, index * BLOCK, new Uint8Array(BLOCK))),
  ),

  chokesAgainAndAgain: says("state.repeated", encodeChoke(), encodeChoke()),
  floodsKeepAlives: says("rhythm.keep-alives", ...Array.from({ length: 11 }, encodeKeepAlive)),

  extendsUninvited: {
    rule: "extended.unnegotiated",
    opening: without("extended"),
    act: (peer) => peer.send(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map() }))),
  },
  garblesExtendedHandshake: says("extended.malformed", encodeExtended(0, utf8("not bencoded"))),
  usesUnknownExtension: { rule: "extended.unannounced", act: (peer) => extend(peer, 77, utf8("hello")) },
  givesOneIdTwice: introduces("extended.same-id", ({ metainfo }) => ({
    extensions: new Map([
      ["ut_metadata", 3],
      ["ut_pex", 3],
    ]),
    metadataSize: metainfo.infoBytes.length,
  })),

  garblesMetadata: metadata("metadata.malformed", utf8("de")),
  liesAboutMetadataSize: introduces("metadata.size", () => ({ extensions: new Map(), metadataSize: 12 })),
  asksPastMetadata: metadata("metadata.range", utMetadata.encode({ type: "request", piece: 5 })),
  sendsMetadataUnasked: metadata(
    "metadata.unasked",
    utMetadata.encode({ type: "data", piece: 7, totalSize: 200_000, data: new Uint8Array(BLOCK) }),
  ),
  rejectsMetadataUnasked: metadata("metadata.reject-unasked", utMetadata.encode({ type: "reject", piece: 7 })),
  sendsShortMetadata: {
    rule: "metadata.length",
    act: async (peer) => {
      await askedForMetadata(peer);
      await extend(
        peer,
        HONEST_IDS.metadata,
        utMetadata.encode({
          type: "data",
          piece: 0,
          totalSize: peer.goods.metainfo.infoBytes.length,
          data: new Uint8Array(5),
        }),
      );
    },
  },
  liesAboutTotalSize: {
    rule: "metadata.total-size",
    act: async (peer) => {
      await askedForMetadata(peer);
      await extend(
        peer,
        HONEST_IDS.metadata,
        utMetadata.encode({ type: "data", piece: 0, totalSize: 99, data: new Uint8Array(99) }),
      );
    },
  },

  garblesPex: pex("pex.malformed", encode({ added: new Uint8Array(5) })),
  sendsPexTooOften: pex("pex.often", ...[0, 10, 20].map((first) => encode({ added: contacts(2, first) }))),
  sendsPexOfManyPeers: pex("pex.many", encode({ added: contacts(2) }), encode({ added: contacts(60, 10) })),
  addsAndDropsPeer: pex("pex.both", encode({ added: contacts(2), dropped: contacts(1) })),
  addsPeerTwice: pex("pex.duplicate", encode({ added: new Uint8Array([...contacts(1), ...contacts(1)]) })),

  offersPexForPrivateTorrent: {
    ...introduces("private.pex-offered", ({ metainfo }) => ({
      extensions: new Map([["ut_pex", 4]]),
      metadataSize: metainfo.infoBytes.length,
    })),
    private: true,
  },
  tellsPortForPrivateTorrent: { ...says("private.port", encodePort(6881)), private: true },
  tellsPortWithoutDht: {
    rule: "dht.unnegotiated",
    opening: without("dht"),
    act: (peer) => peer.send(encodePort(6881)),
  },
  tellsPortZero: says("dht.port-zero", encodePort(0)),
  asksForHashesOfV1: says("hashes.unnegotiated", hashRequest(2)),
};

/** Resolves when the other side has requested metadata: its second extended message. */
async function askedForMetadata(peer: ViolatingPeer): Promise<void> {
  while (peer.heard.filter(({ type }) => type === "extended").length < 2) await peer.news();
}
