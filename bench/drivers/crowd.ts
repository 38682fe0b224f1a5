/**
 * Thousands of peers in one process: each sends a handshake to the client on `port` and a bitfield with half of the
 * pieces, never unchokes, and is silent until a line on stdin starts the storm: one `have` from each in turn, that many
 * times.
 */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly infoHash: string;
  readonly port: number;
  readonly peers: number;
  readonly haves: number;
  readonly pieces: number;
}

interface Peer {
  readonly socket: Socket;
  /** Its bitfield. */
  readonly bitfield: Buffer;
}

/** Connections that are opened at a time: a client may refuse more unknown peers. */
const DIALS = 20;
const HANDSHAKE_LENGTH = 68;

const job = JSON.parse(process.argv[2] ?? "") as Job;
const peers: Peer[] = [];

/** Resolves when the client has replied to the handshake. */
function dial(index: number): Promise<Peer> {
  return new Promise((resolve, reject) => {
    // An address each: clients limit the connections of one address.
    const socket = connect({
      host: "127.0.0.1",
      port: job.port,
      localAddress: `127.1.${Math.floor(index / 254)}.${(index % 254) + 1}`,
    });
    const bitfield = randomBytes(job.pieces / 8);
    let received = 0;
    socket.on("connect", () => {
      socket.setNoDelay(true);
      socket.write(
        Buffer.concat([
          Buffer.from("\x13BitTorrent protocol"),
          Buffer.alloc(8),
          Buffer.from(job.infoHash, "hex"),
          Buffer.from(`-XX0001-${String(index).padStart(12, "0")}`),
        ]),
      );
    });
    socket.on("data", (bytes) => {
      if (received < HANDSHAKE_LENGTH && received + bytes.length >= HANDSHAKE_LENGTH) {
        const header = Buffer.alloc(5);
        header.writeUInt32BE(1 + bitfield.length);
        header[4] = 5;
        socket.write(Buffer.concat([header, bitfield]));
        resolve({ socket, bitfield });
      }
      received += bytes.length;
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`connection ${index} was closed`)));
  });
}

/** A piece that is not in its bitfield. */
function missingPiece({ bitfield }: Peer): number {
  for (;;) {
    const piece = Math.floor(Math.random() * job.pieces);
    const at = piece >> 3;
    const bit = 0x80 >> (piece & 7);
    const byte = bitfield[at] ?? 0;
    if ((byte & bit) !== 0) continue;
    bitfield[at] = byte | bit;
    return piece;
  }
}

async function storm(): Promise<void> {
  const rounds = Array.from({ length: job.haves }, () =>
    peers.map((peer) => {
      const message = Buffer.from([0, 0, 0, 5, 4, 0, 0, 0, 0]);
      message.writeUInt32BE(missingPiece(peer), 5);
      return message;
    }),
  );
  for (const messages of rounds) {
    for (const [index, message] of messages.entries()) peers[index]?.socket.write(message);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  tell("sent");
}

process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => process.exit(0));
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line.includes("storm")) void storm();
  else tell("counted", { open: peers.filter(({ socket }) => !socket.destroyed && socket.writable).length });
});
let next = 0;
await Promise.all(
  Array.from({ length: DIALS }, async () => {
    while (next < job.peers) {
      next += 1;
      peers.push(await dial(next));
    }
  }),
);
tell("connected");
