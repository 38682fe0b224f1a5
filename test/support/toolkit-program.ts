/**
 * A program that uses the codecs as a web page does. `test/browser/toolkit.test.ts` runs it in Node and in Chromium and
 * compares the results: JSON values only.
 */
import { portableHasher, toHex, utf8 } from "../../src/base/index.ts";
import { decode, decodeWithSpans, encode } from "../../src/bencode/index.ts";
import {
  editTorrent,
  formatMagnet,
  magnetOf,
  metainfoFromInfo,
  parseMagnet,
  parseMetainfo,
} from "../../src/metainfo/index.ts";
import { decodeAnnounceReply, encodeCompactReply, encodeUdpErrorReply } from "../../src/tracker/codec/index.ts";
import {
  decodeExtendedHandshake,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  encodeHave,
  encodePiece,
  encodeRequest,
  HandshakeDecoder,
  MessageDecoder,
  recogniseClient,
} from "../../src/wire/index.ts";
import type { Message } from "../../src/wire/index.ts";

/** The results of the program for a torrent file. */
export function runToolkit(torrent: Uint8Array): unknown {
  return { metainfo: readTorrent(torrent), bencode: roundTrip(torrent), wire: readStream(), tracker: readReplies() };
}

function readTorrent(torrent: Uint8Array): unknown {
  const metainfo = parseMetainfo(torrent, portableHasher);
  const link = formatMagnet(magnetOf(metainfo));
  const magnet = parseMagnet(`${link}&x.pe=[2001:db8::1]:6881&dn=na%C3%AFve`);
  const edited = parseMetainfo(editTorrent(torrent, { comment: "naïve 日本" }), portableHasher);
  return {
    id: metainfo.id.hex,
    name: metainfo.name,
    files: metainfo.files.map(({ path, length }) => [path.join("/"), length]),
    firstPiece: toHex(metainfo.pieceHash(0)),
    fromInfo: metainfoFromInfo(metainfo.infoBytes, { trackers: metainfo.trackers }, portableHasher).id.hex,
    link,
    magnet: [magnet.infoHash?.hex, magnet.name, magnet.peers],
    edited: [edited.comment, edited.id.hex],
    names: parseMetainfo(torrentOfNames(), portableHasher).files.map(({ path }) => path.join("/")),
  };
}

/** Names in UTF-8, in the encoding that the torrent names, and longer than one piece of text. */
function torrentOfNames(): Uint8Array {
  const names = [utf8("a/ä"), Uint8Array.of(0x82, 0xa0), utf8("x".repeat(300)), utf8("plain.txt")];
  const files = names.map((name) => ({ length: 1, path: ["folder", name] }));
  return encode({
    encoding: "Shift_JIS",
    info: { files, name: "n", "piece length": 16_384, pieces: new Uint8Array(20) },
  });
}

function roundTrip(torrent: Uint8Array): unknown {
  const binaryKey = new Map([["\u00ff\u0000é", 1n << 70n]]);
  const long = "é".repeat(20_000);
  const bytes = encode({ list: [1, -2, "text", "naïve", long, new Uint8Array(20_000)], binaryKey });
  return {
    canonical: toHex(portableHasher.digestSync("sha256", encode(decode(torrent)))),
    spans: [...decodeWithSpans(torrent).spans].map(([key, { start, end }]) => [key, start, end]),
    mixed: toHex(portableHasher.digestSync("sha256", bytes)),
    again: toHex(portableHasher.digestSync("sha256", encode(decode(bytes, { strict: true, copy: true })))),
  };
}

function readStream(): unknown {
  const infoHash = new Uint8Array(20).fill(7);
  const stream = [
    encodeHandshake({ infoHash, peerId: utf8("-qB4520-abcdefghijkl"), reserved: { extended: true } }),
    encodeExtended(
      0,
      encodeExtendedHandshake({
        extensions: new Map([["ut_metadata", 2]]),
        client: "Müller 1.0",
        metadataSize: 31_235,
      }),
    ),
    encodeHave(5),
    encodeRequest(1, 16_384, 16_384),
    encodePiece(1, 0, new Uint8Array(1_000).fill(9)),
  ].flatMap((bytes) => [...bytes]);
  const handshakes = new HandshakeDecoder();
  const messages: Message[] = [];
  const blocks: unknown[] = [];
  const block = new Uint8Array(1_000);
  const decoder = new MessageDecoder({
    onMessage: (message) => messages.push(message),
    onBlockStart: () => block,
    onBlockEnd: (piece, begin, length) =>
      blocks.push([piece, begin, length, block.reduce((sum, byte) => sum + byte, 0)]),
  });
  let client: unknown;
  // Chunks of seven bytes, smaller than those of a network.
  for (let at = 0; at < stream.length; at += 7) {
    let chunk = Uint8Array.from(stream.slice(at, at + 7));
    if (client === undefined) {
      const decoded = handshakes.push(chunk);
      if (decoded === undefined) continue;
      client = recogniseClient(decoded.handshake.peerId);
      chunk = Uint8Array.from(decoded.rest);
    }
    decoder.push(chunk);
  }
  const extended = messages.flatMap((message) =>
    message.type === "extended" ? [decodeExtendedHandshake(message.payload)] : [],
  );
  return {
    client,
    types: messages.map(({ type }) => type),
    blocks,
    clients: extended.map((handshake) => handshake.client),
  };
}

function readReplies(): unknown {
  const figures = { interval: 1_800, minInterval: 900, seeders: 1, leechers: 2, completed: 3 };
  const reply = decodeAnnounceReply(
    encodeCompactReply({
      ...figures,
      peers4: Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1),
      peers6: new Uint8Array(18).fill(0x20),
      externalIp: Uint8Array.of(10, 0, 0, 1),
    }),
  );
  return { peers: reply.peers, error: toHex(encodeUdpErrorReply(7, "nö")) };
}
