import { once } from "node:events";
import net from "node:net";
import {
  encodeBitfield,
  encodeHandshake,
  encodePiece,
  encodeUnchoke,
  type Message,
  type Reserved,
} from "../../src/wire/index.ts";
import { BadPeer, someId } from "./bad-peer.ts";

export type BlockAsked = Extract<Message, { readonly type: "request" }>;

/** The torrent: the 20-byte info-hash, the bytes and the piece length. */
export interface Goods {
  readonly infoHash: Uint8Array;
  readonly data: Uint8Array;
  readonly pieceLength: number;
}

/** How a seed behaves. Without a field it behaves as an honest one. */
export interface Behaviour {
  /** The reserved bits of the handshake. Default: none. */
  readonly reserved?: Partial<Reserved>;
  readonly infoHash?: Uint8Array;
  /** Called when our handshake is received. Default: sends a full bitfield and an unchoke. */
  readonly greet?: (peer: BadPeer, seed: BadSeed) => void;
  /** Called for each request. Default: sends the block. */
  readonly onRequest?: (peer: BadPeer, request: BlockAsked, seed: BadSeed) => void;
  readonly onMessage?: (peer: BadPeer, message: Message) => void;
  /** Instead of all the above: called with the socket, on which nothing was sent. */
  readonly onSocket?: (socket: net.Socket) => void;
}

/** The packed bitfield of a peer that has every piece. */
export function fullBits(pieceCount: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff);
  if (pieceCount % 8 !== 0) bits[bits.length - 1] = (0xff << (8 - (pieceCount % 8))) & 0xff;
  return bits;
}

let made = 0;

/** A listening peer, honest except for its behaviour, which is the same on every connection. */
export class BadSeed {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly connections: BadPeer[] = [];
  /** Accepted connections, those of `onSocket` included. */
  accepted = 0;
  /** Requested blocks. */
  readonly requests: BlockAsked[] = [];
  readonly #server: net.Server;
  readonly #goods: Goods;
  readonly #behaviour: Behaviour;
  /** The peer id, the same on all its connections. */
  readonly #peerId = someId(`seed ${made++}`);
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server, goods: Goods, behaviour: Behaviour) {
    this.#server = server;
    this.#goods = goods;
    this.#behaviour = behaviour;
    const address = server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
    this.address = `127.0.0.1:${this.port}`;
    server.on("connection", (socket) => this.#welcome(socket));
  }

  static async listen(goods: Goods, behaviour: Behaviour = {}): Promise<BadSeed> {
    const server = net.createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new BadSeed(server, goods, behaviour);
  }

  get pieceCount(): number {
    return Math.ceil(this.#goods.data.length / this.#goods.pieceLength);
  }

  /** Whether the other side has closed all connections. */
  get isDropped(): boolean {
    return this.connections.length > 0 && this.connections.every(({ isClosed }) => isClosed);
  }

  /** The right bytes of a block. */
  block({ piece, begin, length }: Pick<BlockAsked, "piece" | "begin" | "length">): Uint8Array {
    const start = piece * this.#goods.pieceLength + begin;
    return this.#goods.data.slice(start, start + length);
  }

  /** Sends a block, unchanged or spoiled. */
  serve(peer: BadPeer, request: BlockAsked, spoil: (block: Uint8Array) => Uint8Array = (block) => block): void {
    peer.send(encodePiece(request.piece, request.begin, spoil(this.block(request))));
  }

  offer(peer: BadPeer): void {
    peer.send(encodeBitfield(fullBits(this.pieceCount)), encodeUnchoke());
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #welcome(socket: net.Socket): void {
    this.accepted++;
    this.#sockets.add(socket);
    const { onSocket, greet, onRequest, onMessage, reserved = {}, infoHash = this.#goods.infoHash } = this.#behaviour;
    if (onSocket !== undefined) {
      socket.on("error", () => undefined);
      onSocket(socket);
      return;
    }
    const peer = new BadPeer(socket);
    this.connections.push(peer);
    peer.onHandshake = () => {
      if (greet === undefined) this.offer(peer);
      else greet(peer, this);
    };
    peer.onMessage = (message) => {
      if (message.type === "request") {
        this.requests.push(message);
        if (onRequest === undefined) this.serve(peer, message);
        else onRequest(peer, message, this);
      }
      onMessage?.(peer, message);
    };
    peer.send(encodeHandshake({ infoHash, peerId: this.#peerId, reserved }));
  }
}
