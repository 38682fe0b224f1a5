import { once } from "node:events";
import net from "node:net";
import { Bitfield } from "../../src/base/index.ts";
import { encode } from "../../src/bencode/index.ts";
import type { RuleId } from "../../src/console/lint/index.ts";
import { cryptoHasher } from "./memory-source.ts";
import { parseMetainfo, type Metainfo } from "../../src/metainfo/index.ts";
import {
  decodeMessage,
  encodeBitfield,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  HANDSHAKE_LENGTH,
  type ExtendedHandshake,
  type Message,
  type Reserved,
} from "../../src/wire/index.ts";

/** A torrent with its data, in memory. */
export interface Goods {
  readonly metainfo: Metainfo;
  readonly data: Uint8Array;
}

const PIECE_LENGTH = 262_144;
const PIECE_COUNT = 11;

/** Eleven pieces of 256 KiB, the last one shorter: a bitfield of them has five spare bits. */
export function makeGoods(isPrivate = false): Goods {
  const data = Uint8Array.from(
    { length: PIECE_LENGTH * (PIECE_COUNT - 1) + 100_000 },
    (_, index) => (index * 7 + (index >> 8)) & 0xff,
  );
  const pieces = Array.from({ length: PIECE_COUNT }, (_, piece) =>
    cryptoHasher.digestSync("sha1", data.subarray(piece * PIECE_LENGTH, (piece + 1) * PIECE_LENGTH)),
  );
  const info = {
    name: "goods.bin",
    length: data.length,
    "piece length": PIECE_LENGTH,
    pieces: new Uint8Array(Buffer.concat(pieces)),
    private: isPrivate ? 1 : undefined,
  };
  return { metainfo: parseMetainfo(encode({ info }), cryptoHasher), data };
}

/** The first messages of a peer. */
export interface Opening {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  readonly reserved: Partial<Reserved>;
  /** `undefined`: none is sent. */
  readonly extended: ExtendedHandshake | undefined;
  /** The bytes of the bitfield; `undefined`: none is sent. */
  readonly bits: Uint8Array | undefined;
}

/** A violation of the protocol, and the rule by which the linter reports it. */
export interface Violation {
  readonly rule: RuleId;
  /** For a private torrent. */
  readonly private?: boolean;
  /**
   * Changes of the usual opening; `"none"`: `act` sends everything. `theirs`: the 68 bytes of the handshake that it
   * replies to.
   */
  readonly opening?: "none" | ((goods: Goods, theirs: Uint8Array) => Partial<Opening>);
  /** Called after the opening. Then the connection is closed. */
  readonly act?: (peer: ViolatingPeer) => void | Promise<void>;
}

/** Pieces 6 to 10: those that the honest side lacks. */
export function upperHalf(): Bitfield {
  const field = new Bitfield(PIECE_COUNT);
  for (let piece = 6; piece < PIECE_COUNT; piece++) field.set(piece);
  return field;
}

/** The usual opening of a peer. */
export function decentOpening({ metainfo }: Goods): Opening {
  const extensions = new Map([["ut_metadata", 3]]);
  if (!metainfo.isPrivate) extensions.set("ut_pex", 4);
  return {
    infoHash: metainfo.id.wire,
    peerId: new Uint8Array(Buffer.from("-XX0001-violating   ")),
    reserved: { extended: true, fast: true, dht: true },
    extended: { extensions, client: "Violating Peer 1", requestQueue: 250, metadataSize: metainfo.infoBytes.length },
    bits: upperHalf().pack(),
  };
}

/** One connection of a peer that keeps the rules until its violation. */
export class ViolatingPeer {
  readonly goods: Goods;
  readonly heard: Message[] = [];
  readonly #socket: net.Socket;
  #buffer: Buffer = Buffer.alloc(0);
  /** The handshake of the other side, as soon as it is received. */
  #handshake: Uint8Array | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: net.Socket, goods: Goods) {
    this.goods = goods;
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#wake());
  }

  /** Sends in one write, so that it arrives in one chunk. */
  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(parts));
  }

  /** The handshake of the other side, 68 bytes. */
  async handshake(): Promise<Uint8Array> {
    for (;;) {
      if (this.#handshake !== undefined) return this.#handshake;
      await this.news();
    }
  }

  /** The first message of that kind, already received or later. */
  async next<T extends Message["type"]>(type: T): Promise<Extract<Message, { type: T }>> {
    const isIt = (message: Message): message is Extract<Message, { type: T }> => message.type === type;
    for (;;) {
      const found = this.heard.find(isIt);
      if (found !== undefined) return found;
      await this.news();
    }
  }

  /** Sends the messages of the opening. */
  open(opening: Opening): void {
    const parts = [encodeHandshake(opening)];
    if (opening.extended !== undefined) parts.push(encodeExtended(0, encodeExtendedHandshake(opening.extended)));
    if (opening.bits !== undefined) parts.push(encodeBitfield(opening.bits));
    this.send(...parts);
  }

  /** The right data at that position. */
  block(piece: number, begin: number, length: number): Uint8Array {
    return this.goods.data.slice(piece * PIECE_LENGTH + begin, piece * PIECE_LENGTH + begin + length);
  }

  hangUp(): void {
    this.#socket.end();
  }

  /** Resolves when more is received; rejects when the other side has closed the connection. */
  async news(): Promise<void> {
    if (this.#socket.destroyed) throw new Error("the other side has hung up");
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    if (this.#handshake === undefined) {
      if (this.#buffer.length < HANDSHAKE_LENGTH) return;
      this.#handshake = new Uint8Array(this.#buffer.subarray(0, HANDSHAKE_LENGTH));
      this.#buffer = this.#buffer.subarray(HANDSHAKE_LENGTH);
    }
    while (this.#buffer.length >= 4) {
      const length = 4 + this.#buffer.readUInt32BE(0);
      if (this.#buffer.length < length) break;
      this.heard.push(decodeMessage(new Uint8Array(this.#buffer.subarray(0, length))));
      this.#buffer = this.#buffer.subarray(length);
    }
    this.#wake();
  }
}

/** A listening peer that commits one violation on each connection, and closes it. */
export class ViolatingServer {
  readonly port: number;
  readonly #server: net.Server;
  readonly #sockets: ReadonlySet<net.Socket>;

  private constructor(server: net.Server, sockets: ReadonlySet<net.Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as net.AddressInfo).port;
  }

  static async listen(goods: Goods, violation: Violation): Promise<ViolatingServer> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      const peer = new ViolatingPeer(socket, goods);
      // The other side may close first: the messages until then are recorded.
      commit(peer, violation).catch(() => socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ViolatingServer(server, sockets);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function commit(peer: ViolatingPeer, violation: Violation): Promise<void> {
  const theirs = await peer.handshake();
  if (violation.opening !== "none")
    peer.open({ ...decentOpening(peer.goods), ...violation.opening?.(peer.goods, theirs) });
  await violation.act?.(peer);
  peer.hangUp();
}
