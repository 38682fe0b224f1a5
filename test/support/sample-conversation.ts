import { createHash } from "node:crypto";
import { latin1 } from "../../src/base/index.ts";
import { Conversation, type ConversationOptions } from "../../src/console/conversation/conversation.ts";
import type { Way } from "../../src/console/conversation/entry.ts";
import { createLinter } from "../../src/console/lint/index.ts";
import { PeerView } from "../../src/console/session/peer/peer-view.ts";
import { encode } from "../../src/bencode/index.ts";
import { metainfoFromInfo, type Metainfo } from "../../src/metainfo/index.ts";
import { styleFor, type Style } from "../../src/terminal/index.ts";
import { encodeExtendedHandshake, encodeHandshake, encodeMessage } from "../../src/wire/index.ts";

/** Bytes that one side sent; milliseconds since the session began. */
export interface SentBytes {
  readonly way: Way;
  readonly bytes: Uint8Array;
  readonly at: number;
}

export const sha1 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(bytes).digest());

const block = new Uint8Array(16_384).fill(0x61);

/** A torrent of two pieces of one block each. */
export const sampleTorrent: Metainfo = metainfoFromInfo(
  encode({
    length: 2 * block.length,
    name: "talk.bin",
    "piece length": block.length,
    pieces: new Uint8Array([...sha1(block), ...sha1(block)]),
  }),
  {},
  { digestSync: (algorithm, bytes) => new Uint8Array(createHash(algorithm).update(bytes).digest()) },
);

const infoHash = sampleTorrent.id.wire;

/** A short conversation with two violations: a request while choked, and a message with a wrong length. */
export const sample: readonly SentBytes[] = [
  {
    way: "out",
    at: 0.4,
    bytes: encodeHandshake({
      infoHash,
      peerId: latin1("-MI0100-abcdefghijkl"),
      reserved: { extended: true, fast: true },
    }),
  },
  {
    way: "in",
    at: 1.5,
    bytes: encodeHandshake({
      infoHash,
      peerId: latin1("-TR3000-abcdefghijkl"),
      reserved: { extended: true, fast: true, dht: true },
    }),
  },
  {
    way: "in",
    at: 2.25,
    bytes: encodeMessage({
      type: "extended",
      id: 0,
      payload: encodeExtendedHandshake({
        client: "Transmission 3.00",
        extensions: new Map([
          ["ut_metadata", 3],
          ["ut_pex", 1],
        ]),
        requestQueue: 512,
        metadataSize: sampleTorrent.infoBytes.length,
      }),
    }),
  },
  { way: "in", at: 3, bytes: encodeMessage({ type: "bitfield", bits: new Uint8Array([0xc0]) }) },
  { way: "out", at: 4, bytes: encodeMessage({ type: "have-none" }) },
  { way: "out", at: 1500, bytes: encodeMessage({ type: "interested" }) },
  { way: "out", at: 1501, bytes: encodeMessage({ type: "request", piece: 0, begin: 0, length: 16_384 }) },
  { way: "in", at: 12_003, bytes: encodeMessage({ type: "unchoke" }) },
  { way: "out", at: 12_004, bytes: encodeMessage({ type: "request", piece: 1, begin: 0, length: 16_384 }) },
  { way: "in", at: 12_005.125, bytes: encodeMessage({ type: "piece", piece: 1, begin: 0, block }) },
  { way: "in", at: 13_000, bytes: new Uint8Array([0, 0, 0, 2, 4, 1]) },
];

export interface ViewOptions extends ConversationOptions {
  readonly number?: number;
}

/** A conversation without messages, with a linter. */
export function newView(options: ViewOptions = {}): PeerView {
  const { number = 1, ...rest } = options;
  const conversation = new Conversation({ infoHash, linter: createLinter({ sha1 }), ...rest });
  return new PeerView({ number, address: `127.0.0.1:${6880 + number}`, direction: "outgoing", conversation });
}

/** Records all messages, and the end of the connection by the peer. */
export function sendAll(view: PeerView, said: readonly SentBytes[] = sample): void {
  for (const { way, bytes, at } of said) view.conversation.receive(way, bytes, at);
  view.conversation.close("in", "the peer closed the connection", 14_000);
}

/** No colours. */
export const plainStyle: Style = { ...styleFor({ isTTY: false }), unicode: true };
export const asciiStyle: Style = { ...plainStyle, unicode: false };
