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

/** A torrent with its data, made in memory. */
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

/** How a peer introduces itself. */
export interface Opening {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  readonly reserved: Partial<Reserved>;
  /** `undefined`: none is sent. */
  readonly extended: ExtendedHandshake | undefined;
  /** As they go out; `undefined`: none is sent. */
  readonly bits: Uint8Array | undefined;
}

/** Something that a peer should not do, and what the linter calls it. */
export interface Violation {
  readonly rule: RuleId;
  /** For a private torrent. */
  readonly private?: boolean;
  /**
   * What is otherwise than usual in how the peer introduces itself; `"none"`: `act` says everything. `theirs`: the 68
   * bytes that it answers.
   */
  readonly opening?: "none" | ((goods: Goods, theirs: Uint8Array) => Partial<Opening>);
  /** What it does then. Afterwards it hangs up. */
  readonly act?: (peer: RudePeer) => void | Promise<void>;
}

/** Pieces 6 to 10: those that the honest side lacks. */
export function upperHalf(): Bitfield {
  const field = new Bitfield(PIECE_COUNT);
  for (let piece = 6; piece < PIECE_COUNT; piece++) field.set(piece);
  return field;
}

/** What a decent peer says first. */
export function decentOpening({ metainfo }: Goods): Opening {
  const extensions = new Map([["ut_metadata", 3]]);
  if (!metainfo.isPrivate) extensions.set("ut_pex", 4);
  return {
    infoHash: metainfo.id.wire,
    peerId: new Uint8Array(Buffer.from("-XX0001-rude peer   ")),
    reserved: { extended: true, fast: true, dht: true },
    extended: { extensions, client: "Rude Peer 1", requestQueue: 250, metadataSize: metainfo.infoBytes.length },
    bits: upperHalf().pack(),
  };
}

/** One connection of a peer that behaves until its violation. */
export class RudePeer {
  readonly goods: Goods;
  readonly heard: Message[] = [];
  readonly #socket: net.Socket;
  #buffer: Buffer = Buffer.alloc(0);
  /** Their handshake, once it is there. */
  #handshake: Uint8Array | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: net.Socket, goods: Goods) {
    this.goods = goods;
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#wake());
  }

  /** In one write, so that it arrives as one. */
  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(parts));
  }

  /** Their handshake of 68 bytes. */
  async handshake(): Promise<Uint8Array> {
    for (;;) {
      if (this.#handshake !== undefined) return this.#handshake;
      await this.news();
    }
  }

  /** The first message of that kind, said already or not. */
  async next<T extends Message["type"]>(type: T): Promise<Extract<Message, { type: T }>> {
    const isIt = (message: Message): message is Extract<Message, { type: T }> => message.type === type;
    for (;;) {
      const found = this.heard.find(isIt);
      if (found !== undefined) return found;
      await this.news();
    }
  }

  /** Says what a decent peer says first, as far as the opening has it. */
  open(opening: Opening): void {
    const parts = [encodeHandshake(opening)];
    if (opening.extended !== undefined) parts.push(encodeExtended(0, encodeExtendedHandshake(opening.extended)));
    if (opening.bits !== undefined) parts.push(encodeBitfield(opening.bits));
    this.send(...parts);
  }

  /** The data at that place, as it should be. */
  block(piece: number, begin: number, length: number): Uint8Array {
    return this.goods.data.slice(piece * PIECE_LENGTH + begin, piece * PIECE_LENGTH + begin + length);
  }

  hangUp(): void {
    this.#socket.end();
  }

  /** Resolves when something more was heard; rejects when the other has hung up. */
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

/** A listening peer that commits one violation towards everybody who connects, and hangs up. */
export class RudeServer {
  readonly port: number;
  readonly #server: net.Server;
  readonly #sockets: ReadonlySet<net.Socket>;

  private constructor(server: net.Server, sockets: ReadonlySet<net.Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as net.AddressInfo).port;
  }

  static async listen(goods: Goods, violation: Violation): Promise<RudeServer> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      const peer = new RudePeer(socket, goods);
      // Whoever hangs up first spoils the play: what was said until then is what there is.
      commit(peer, violation).catch(() => socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RudeServer(server, sockets);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function commit(peer: RudePeer, violation: Violation): Promise<void> {
  const theirs = await peer.handshake();
  if (violation.opening !== "none")
    peer.open({ ...decentOpening(peer.goods), ...violation.opening?.(peer.goods, theirs) });
  await violation.act?.(peer);
  peer.hangUp();
}
