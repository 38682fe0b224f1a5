/**
 * The toolkit by hand, as in pytorrentlib: shake hands with a peer, say interested, ask for one block, check the piece.
 * The peer is a Millrace client in the same process, but any client would do. Run it with `node
 * examples/talk-to-a-peer.mjs`.
 */
import { connect } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, toHex } from "millrace";
import { createTorrent } from "millrace/creation";
import { parseMetainfo } from "millrace/metainfo";
import { nodeRuntime } from "millrace/runtime/node";
import {
  encodeHandshake,
  encodeInterested,
  encodeRequest,
  formatClient,
  formatMessage,
  generatePeerId,
  HandshakeDecoder,
  MessageDecoder,
} from "millrace/wire";

const folder = await mkdtemp(join(tmpdir(), "millrace-example-"));
const runtime = nodeRuntime();
await writeFile(join(folder, "letter.txt"), "A millrace drives the wheel.\n".repeat(500));
const { bytes } = await createTorrent(runtime, { path: join(folder, "letter.txt") });
const metainfo = parseMetainfo(bytes, runtime.hasher);
const client = new Client({ runtime, downloadDir: folder, port: 0 });
await (
  await client.add(metainfo)
).done;

const length = metainfo.layout.pieceSize(0);
const piece = new Uint8Array(length);
const socket = connect(client.port, "127.0.0.1");
const handshakes = new HandshakeDecoder();
let greeted = false;

const messages = new MessageDecoder({
  onMessage(message) {
    console.log("<-", formatMessage(message));
    if (message.type === "unchoke") {
      console.log(`-> request piece 0, ${length} bytes`);
      socket.write(encodeRequest(0, 0, length));
    }
  },
  onBlockStart: (_piece, begin, size) => piece.subarray(begin, begin + size),
  onBlockEnd(index, begin, size) {
    console.log(`<- piece ${index}: ${size} bytes from ${begin}`);
    const digest = toHex(runtime.hasher.digestSync("sha1", piece));
    console.log(`sha1 ${digest}: ${digest === toHex(metainfo.pieceHash(0)) ? "right" : "wrong"}`);
    socket.end();
  },
});

socket.write(encodeHandshake({ infoHash: metainfo.id.wire, peerId: generatePeerId(runtime.random).bytes }));
socket.on("data", (chunk) => {
  if (greeted) {
    messages.push(chunk);
    return;
  }
  const done = handshakes.push(chunk);
  if (done === undefined) return;
  greeted = true;
  console.log(`<- handshake of ${formatClient(done.handshake.peerId)}`);
  console.log("-> interested");
  socket.write(encodeInterested());
  messages.push(done.rest);
});

await new Promise((resolve) => {
  socket.on("close", resolve);
});
await client.close();
await runtime.close();
await rm(folder, { recursive: true });
