import { once } from "node:events";
import net from "node:net";
import { Bitfield } from "../../src/base/index.ts";
import type { Conversation } from "../../src/console/conversation/conversation.ts";
import type { Entry } from "../../src/console/conversation/entry.ts";
import {
  encodeBitfield,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  encodeInterested,
  encodePiece,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
  metadataReply,
  utMetadata,
} from "../../src/wire/index.ts";
import { HONEST_IDS } from "./rule-violations.ts";
import type { Goods } from "./violating-peer.ts";

const BLOCK = 16_384;

/** Pieces 0 to 5: those that the violating side lacks. */
function lowerHalf(): Bitfield {
  const field = new Bitfield(11);
  for (let piece = 0; piece < 6; piece++) field.set(piece);
  return field;
}

/** Dials a peer, records everything in a conversation, and keeps the rules until the peer closes the connection. */
export async function converse(port: number, goods: Goods, conversation: Conversation): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const say = (...parts: readonly Uint8Array[]): void => {
    for (const part of parts) conversation.receive("out", part, performance.now());
    if (socket.writable) socket.write(Buffer.concat(parts));
  };
  say(
    encodeHandshake({
      infoHash: goods.metainfo.id.wire,
      peerId: new Uint8Array(Buffer.from("-XX0001-honest peer ")),
      reserved: { extended: true, fast: true, dht: true },
    }),
  );
  const reply = answering(goods, conversation, say);
  socket.on("data", (chunk) => {
    for (const entry of conversation.receive("in", chunk, performance.now())) reply(entry);
  });
  socket.on("error", () => undefined);
  await once(socket, "close");
  conversation.close("in", "closed", performance.now());
}

/** Replies to each message of a peer as the rules demand, through `say`. */
export function answering(
  { metainfo, data }: Goods,
  { sides }: Conversation,
  say: (...parts: readonly Uint8Array[]) => void,
): (entry: Entry) => void {
  const { out, in: peer } = sides;
  const extensions = new Map<string, number>([["ut_metadata", HONEST_IDS.metadata]]);
  if (!metainfo.isPrivate) extensions.set("ut_pex", HONEST_IDS.pex);
  return (entry) => {
    switch (entry.type) {
      case "handshake":
        if (peer.handshake?.reserved.extended === true)
          say(encodeExtended(0, encodeExtendedHandshake({ extensions, metadataSize: metainfo.infoBytes.length })));
        say(encodeBitfield(lowerHalf().pack()));
        return;
      case "extended-handshake": {
        const id = entry.extensions.get("ut_metadata");
        if (id !== undefined && entry.metadataSize !== undefined)
          say(encodeExtended(id, utMetadata.encode({ type: "request", piece: 0 })));
        return;
      }
      case "metadata-request": {
        const id = peer.extensionId("ut_metadata");
        if (id !== undefined) say(encodeExtended(id, utMetadata.encode(metadataReply(metainfo.infoBytes, entry))));
        return;
      }
      case "bitfield":
        if (!out.interested && peer.pieces?.get(6) === true) say(encodeInterested());
        return;
      case "interested":
        if (out.choking) say(encodeUnchoke());
        return;
      case "unchoke":
        if (out.interested && out.requests.size === 0)
          say(...Array.from({ length: 16 }, (_, index) => encodeRequest(6, index * BLOCK, BLOCK)));
        return;
      case "request": {
        const { piece, begin, length } = entry;
        const at = piece * metainfo.pieceLength + begin;
        if (
          !out.choking &&
          length > 0 &&
          length <= BLOCK &&
          begin + length <= metainfo.pieceLength &&
          out.pieces?.get(piece) === true
        )
          say(encodePiece(piece, begin, data.slice(at, at + length)));
        else if (peer.fast) say(encodeReject(piece, begin, length));
        return;
      }
      default:
    }
  };
}
