import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeGoods } from "../../../../test/support/violating-peer.ts";
import { Bitfield } from "../../../base/index.ts";
import { decode, encode } from "../../../bencode/index.ts";
import { nodeRuntime } from "../../../runtime/node/index.ts";
import {
  decodeExtendedHandshake,
  decodeMessage,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  HANDSHAKE_LENGTH,
  type Message,
} from "../../../wire/index.ts";
import { PeerView } from "./peer-view.ts";
import type { ConsolePeer } from "./peer.ts";
import { ConsoleSession } from "../session.ts";

const goods = makeGoods();
const { metainfo, data } = goods;
const runtime = nodeRuntime();
const theirId = new Uint8Array(Buffer.from("-TR3000-abcdefghijkl"));

let server: net.Server;
let socket: net.Socket;
let session: ConsoleSession;
let peer: ConsolePeer;
let heard = Buffer.alloc(0);

/** The next message that the far side hears. */
async function hears(): Promise<Message> {
  while (heard.length < 4 || heard.length < 4 + heard.readUInt32BE()) await once(socket, "heard");
  const length = 4 + heard.readUInt32BE();
  const message = decodeMessage(Uint8Array.from(heard.subarray(0, length)));
  heard = heard.subarray(length);
  return message;
}

beforeEach(async () => {
  heard = Buffer.alloc(0);
  server = net.createServer((connection) => {
    socket = connection;
    connection.on("error", () => undefined);
    connection.on("data", (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      connection.emit("heard");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  session = await ConsoleSession.open({ runtime, source: metainfo, clientName: "Test 1.0" });
  const contact = session.contact("127.0.0.1", (server.address() as AddressInfo).port);
  const [connection] = (await once(server, "connection")) as [net.Socket];
  while (heard.length < HANDSHAKE_LENGTH) await once(connection, "heard");
  heard = heard.subarray(HANDSHAKE_LENGTH);
  connection.write(
    encodeHandshake({ infoHash: metainfo.id.wire, peerId: theirId, reserved: { extended: true, fast: true } }),
  );
  peer = await contact;
});

afterEach(async () => {
  await session.close();
  socket.destroy();
  server.close();
  await once(server, "close");
});

const field = new Bitfield(metainfo.pieceCount);
field.set(1);
field.set(3);
const block = data.slice(0, 16_384);

const senders: readonly (readonly [string, (p: ConsolePeer) => unknown, Partial<Message>])[] = [
  ["keepAlive", (p) => p.keepAlive(), { type: "keep-alive" }],
  ["choke", (p) => p.choke(), { type: "choke" }],
  ["unchoke", (p) => p.unchoke(), { type: "unchoke" }],
  ["interested", (p) => p.interested(), { type: "interested" }],
  ["notInterested", (p) => p.notInterested(), { type: "not-interested" }],
  ["have", (p) => p.have(3), { type: "have", piece: 3 }],
  ["bitfield, of what is here", (p) => p.bitfield(), { type: "bitfield", bits: new Uint8Array(2) }],
  ["bitfield, of numbers", (p) => p.bitfield([1, 3]), { type: "bitfield", bits: field.pack() }],
  ["bitfield, of a bitfield", (p) => p.bitfield(field), { type: "bitfield", bits: field.pack() }],
  ["bitfield, of bytes", (p) => p.bitfield(Uint8Array.of(1)), { type: "bitfield", bits: Uint8Array.of(1) }],
  ["request", (p) => p.request(1, 16_384), { type: "request", piece: 1, begin: 16_384, length: 16_384 }],
  ["request of what there is not", (p) => p.request(99, 1, 0), { type: "request", piece: 99, begin: 1, length: 0 }],
  ["piece", (p) => p.piece(2, 0, block), { type: "piece", piece: 2, begin: 0, block }],
  ["cancel", (p) => p.cancel(1, 0, 5), { type: "cancel", piece: 1, begin: 0, length: 5 }],
  ["port", (p) => p.port(6881), { type: "port", port: 6881 }],
  ["suggest", (p) => p.suggest(4), { type: "suggest", piece: 4 }],
  ["haveAll", (p) => p.haveAll(), { type: "have-all" }],
  ["haveNone", (p) => p.haveNone(), { type: "have-none" }],
  ["reject", (p) => p.reject(1, 0), { type: "reject", piece: 1, begin: 0, length: 16_384 }],
  ["allowedFast", (p) => p.allowedFast(5), { type: "allowed-fast", piece: 5 }],
  ["extended, by id", (p) => p.extended(7, { a: 1 }), { type: "extended", id: 7, payload: encode({ a: 1 }) }],
  ["send", (p) => p.send({ type: "have", piece: 6 }), { type: "have", piece: 6 }],
  ["raw, of hexadecimal", (p) => p.raw("00000005 04 00000008"), { type: "have", piece: 8 }],
  ["raw, of numbers", (p) => p.raw([0, 0, 0, 1, 2]), { type: "interested" }],
  ["raw, of bytes", (p) => p.raw(Uint8Array.of(0, 0, 0, 0)), { type: "keep-alive" }],
];

describe("ConsolePeer", () => {
  it("reads the client from the handshake, and has sent only its own", async () => {
    expect([peer.client, peer.fast, peer.peerChoking, peer.amChoking, peer.direction, peer.haves?.isEmpty]).toEqual([
      "Transmission 3.00",
      true,
      true,
      true,
      "outgoing",
      true,
    ]);
    peer.keepAlive();
    expect(await hears()).toEqual({ type: "keep-alive" });
    expect(peer.timeline.map(({ type, way }) => [type, way])).toEqual([
      ["handshake", "out"],
      ["handshake", "in"],
      ["keep-alive", "out"],
    ]);
  });

  it.each(senders)("%s sends that message", async (_, send, message) => {
    const sent = await Promise.resolve<unknown>(send(peer));
    expect(await hears()).toEqual(message);
    expect(sent).toBe(peer.timeline.last);
  });

  it("sends an extended handshake with the usual fields, or with others", async () => {
    peer.extendedHandshake();
    const usual = await hears();
    if (usual.type !== "extended") throw new Error(usual.type);
    expect(decodeExtendedHandshake(usual.payload)).toMatchObject({
      extensions: new Map([["ut_metadata", 1]]),
      client: "Test 1.0",
      requestQueue: 500,
      metadataSize: metainfo.infoBytes.length,
      yourIp: "127.0.0.1",
    });
    peer.extendedHandshake({ extensions: { ut_pex: 9 }, client: "x", uploadOnly: true });
    const other = await hears();
    if (other.type !== "extended") throw new Error(other.type);
    expect(decodeExtendedHandshake(other.payload)).toMatchObject({
      extensions: new Map([["ut_pex", 9]]),
      client: "x",
      uploadOnly: true,
    });
  });

  it("sends messages of an extension with the id of the peer", async () => {
    expect(() => peer.metadataRequest(0)).toThrow(
      "the peer cannot reply before it has our extended handshake: call extendedHandshake() first",
    );
    peer.extendedHandshake();
    await hears();
    expect(() => peer.metadataRequest(0)).toThrow(/has not sent its extended handshake yet/);
    socket.write(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map([["ut_metadata", 44]]) })));
    await peer.next("extended-handshake");
    peer.metadataRequest(0);
    peer.metadataReject(1);
    peer.metadata(0);
    const said = [await hears(), await hears(), await hears()].map((message) =>
      message.type === "extended" ? message : undefined,
    );
    expect(said.map((message) => message?.id)).toEqual([44, 44, 44]);
    expect(decode(said[0]?.payload ?? new Uint8Array())).toEqual(decode(encode({ msg_type: 0, piece: 0 })));
    expect(Buffer.from(said[2]?.payload ?? []).includes(Buffer.from(metainfo.infoBytes))).toBe(true);
    expect(() => peer.extended("ut_pex", new Uint8Array())).toThrow(
      /does not support "ut_pex"; it supports ut_metadata/,
    );
  });

  const calls: readonly (readonly [string, (p: ConsolePeer) => unknown])[] = [
    [
      'have(piece): piece must be a whole number from 0 to 4294967295: got "3"',
      (p): unknown => Reflect.apply(p.have, p, ["3"]),
    ],
    ["have(piece): piece must be a whole number from 0 to 4294967295: got -1", (p) => p.have(-1)],
    [
      "request(piece, begin, length): piece must be a whole number from 0 to 4294967295: got nothing",
      (p): unknown => Reflect.apply(p.request, p, []),
    ],
    [
      'send(message): there is no message type "foo" to send; there are keep-alive, choke, unchoke, interested, not-interested, have, bitfield, request, piece, cancel, port, suggest, have-all, have-none, reject, allowed-fast, extended, hash-request, hashes, hash-reject, unknown',
      (p): unknown => Reflect.apply(p.send, p, [{ type: "foo" }]),
    ],
    [
      "send(message): piece must be a whole number from 0 to 4294967295: got nothing",
      (p): unknown => Reflect.apply(p.send, p, [{ type: "have" }]),
    ],
    [
      'send(message) of type choke: there is no option "piece"; there are none',
      (p): unknown => Reflect.apply(p.send, p, [{ type: "choke", piece: 1 }]),
    ],
    [
      "request(piece, begin, length): piece must be a whole number from 0 to 4294967295: got a promise (put await before the call that returned it)",
      (p): unknown => Reflect.apply(p.request, p, [Promise.resolve(1), 0]),
    ],
    ["port(port): port must be a whole number from 0 to 65535: got 70000", (p) => p.port(70_000)],
    ["bitfield(pieces): each piece must be a whole number from 0 to 10: got 11", (p) => p.bitfield([11])],
    [
      "bitfield(pieces): pieces must be a bitfield, bytes or a list of piece numbers: got 5",
      (p): unknown => Reflect.apply(p.bitfield, p, [5]),
    ],
    ['raw(bytes): bytes must be bytes, or hexadecimal digits such as "00000001 02": got "xyz"', (p) => p.raw("xyz")],
    ["raw(bytes): each byte must be a whole number from 0 to 255: got 256", (p) => p.raw([256])],
    [
      'send(message): message must be a message such as { type: "have", piece: 3 }: got nothing',
      (p): unknown => Reflect.apply(p.send, p, []),
    ],
    [
      'extendedHandshake(fields): there is no option "reqq"; there are extensions, port, client, requestQueue, yourIp, ipv4, ipv6, metadataSize, uploadOnly',
      (p): unknown => Reflect.apply(p.extendedHandshake, p, [{ reqq: 5 }]),
    ],
    ["extended(name or id, payload): id must be a whole number from 0 to 255: got 256", (p) => p.extended(256)],
    [
      'next(type, { timeout }): there is no option "timeot"; there are timeout, fresh',
      (p): unknown => Reflect.apply(p.next, p, ["choke", { timeot: 1 }]),
    ],
    [
      'next(type, { timeout }): timeout must be a number of seconds: got "1"',
      (p): unknown => Reflect.apply(p.next, p, ["choke", { timeout: "1" }]),
    ],
  ];

  it.each(calls)("rejects with: %s", async (message, call) => {
    await expect(async () => call(peer)).rejects.toThrow(
      expect.objectContaining({ code: "console.argument", message }),
    );
    expect(peer.timeline.length).toBe(2);
  });

  it("rejects after the end with the reason why nothing can be sent", async () => {
    socket.end();
    const end = await peer.next("closed");
    expect([end.type === "closed" && end.why, end.way]).toEqual(["the peer closed the connection", "in"]);
    expect(() => peer.choke()).toThrow("the connection with peer 1 is closed: the peer closed the connection");
    await expect(peer.next("choke")).rejects.toThrow("no choke can arrive: the peer closed the connection");
    expect(peer).toBeInstanceOf(PeerView);
  });
});
