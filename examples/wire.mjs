/**
 * Two peers talk in memory, byte for byte as they would over a socket: handshake, extended handshake, a message of an
 * extension of our own, a request and its block. No network: the wire is bytes in, values out.
 */
import { utf8, utf8Decode } from "millrace/base";
import {
  EXTENDED_HANDSHAKE_ID,
  ExtensionNegotiation,
  ExtensionRegistry,
  HandshakeDecoder,
  MessageDecoder,
  decodeExtendedHandshake,
  defineExtension,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  encodeMessage,
  encodePiece,
  encodeRequest,
  formatClient,
  formatMessage,
} from "millrace/wire";
const print = (line) => console.log(line);
// An extension is a name and two functions; the token types everything that sends or handles its messages.
const greeting = defineExtension({ name: "mr_greeting", encode: utf8, decode: utf8Decode });
const registry = new ExtensionRegistry().add(greeting, (text, peer) => print(`${peer} says: ${text}`));
// 1. The other side's handshake arrives in two chunks. The info-hash is there before the peer id.
const infoHash = new Uint8Array(20).fill(0xab);
const bytes = encodeHandshake({
  infoHash,
  peerId: utf8("-qB4520-abcdefghijkl"),
  reserved: { extended: true, fast: true },
});
const handshakes = new HandshakeDecoder();
handshakes.push(bytes.subarray(0, 50));
print(`info-hash known early: ${handshakes.infoHash !== undefined}`);
const shaken = handshakes.push(bytes.subarray(50));
if (shaken === undefined) throw new Error("the handshake did not end");
print(`peer: ${formatClient(shaken.handshake.peerId)}, fast extension: ${shaken.handshake.reserved.fast}`);
// 2. From here on it is messages. Blocks go straight into the piece; everything else becomes a small value.
const negotiation = new ExtensionNegotiation(registry);
const piece = new Uint8Array(32);
const decoder = new MessageDecoder({
  onMessage(message) {
    print(formatMessage(message));
    if (message.type !== "extended") return;
    if (message.id === EXTENDED_HANDSHAKE_ID) negotiation.update(decodeExtendedHandshake(message.payload).extensions);
    else negotiation.dispatch(message.id, message.payload, "the peer");
  },
  onBlockStart: (_piece, begin, length) =>
    begin + length <= piece.length ? piece.subarray(begin, begin + length) : undefined,
  onBlockEnd: (index, begin, length, stored) =>
    print(`block of piece ${index}, ${begin} to ${begin + length}, stored: ${stored}`),
});
decoder.push(
  encodeExtended(EXTENDED_HANDSHAKE_ID, encodeExtendedHandshake({ extensions: new Map([["mr_greeting", 7]]) })),
);
decoder.push(encodeExtended(registry.localId("mr_greeting") ?? 0, utf8("hello")));
decoder.push(encodeRequest(0, 0, 16));
const block = encodePiece(0, 16, new Uint8Array(16).fill(1));
decoder.push(block.subarray(0, 20));
decoder.push(block.subarray(20));
print(`sum of the piece: ${piece.reduce((sum, byte) => sum + byte, 0)}`);
// 3. What we send carries the id that the peer chose.
const answer = negotiation.message(greeting, "hello yourself");
if (answer !== undefined) print(`we send ${encodeMessage(answer).length} bytes: ${formatMessage(answer)}`);
