import { describe, expect, it } from "vitest";
import { Reader, utpPair, UtpNet, writeForever } from "../../test/support/utp-net.ts";
import { MAX_HALF_OPEN, type Connection } from "../transport/index.ts";
import type { UtpConnection } from "./connection.ts";
import {
  DEAD_MS,
  LINGER_MS,
  MAX_CLOSED_WINDOW_MS,
  MAX_LINGERING,
  MAX_STORED_BYTES,
  MIN_STORED_BYTES,
  RESETS_BURST,
} from "./limits.ts";
import { encodePacket, PacketType, ReceivedPacket, seqAfter, type PacketHeader } from "./packet.ts";

const HOST = "10.0.0.2";
const packet = (fields: Partial<PacketHeader>, payload?: Uint8Array): Uint8Array =>
  encodePacket(
    { type: PacketType.data, id: 1, timestamp: 1, delay: 0, window: 100_000, seq: 1, ack: 1, ...fields },
    payload,
  );

/** A host that listens, and the packets that it sends. */
async function listening(host = HOST) {
  const net = new UtpNet();
  const { transport } = net.host(host);
  const connections: Connection[] = [];
  await transport.listen((connection) => connections.push(connection));
  return { net, transport, connections };
}

/** Opens a connection by hand; returns the numbers with which the peer goes on. */
function open(net: UtpNet, from: { readonly ip: string; readonly port: number }, id: number): PacketHeader {
  const before = net.packets.length;
  net.inject(from, HOST, packet({ type: PacketType.syn, id, seq: 100 }));
  const reply = new ReceivedPacket();
  reply.read(net.packets[before] ?? new Uint8Array());
  return {
    type: PacketType.data,
    id: seqAfter(id, 1),
    timestamp: 1,
    delay: 0,
    window: 9_999,
    seq: 101,
    ack: seqAfter(reply.seq, -1),
  };
}

describe("UtpTransport and a hostile peer", () => {
  it("makes no connection for SYN packets alone, keeps a bounded number of them, and replies with as many bytes", async () => {
    const { net, transport, connections } = await listening();
    for (let n = 0; n < 20_000; n++)
      net.inject(
        { ip: `20.${n & 127}.${(n >> 7) & 255}.9`, port: 1_024 + (n % 60_000) },
        HOST,
        packet({ type: PacketType.syn, id: n & 0xffff }),
      );
    expect([transport.size, connections.length]).toEqual([0, 0]);
    expect(transport.halfOpen).toBeLessThanOrEqual(MAX_HALF_OPEN);
    expect(Math.max(...net.sizes)).toBe(20);
    expect(net.sent).toBeLessThanOrEqual(20_000);
  });

  it("makes no connection for a packet that does not acknowledge the reply", async () => {
    const { net, transport, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 5 };
    const right = open(net, from, 7);
    for (const ack of [right.ack + 1, right.ack - 1, 0, 1]) {
      if ((ack & 0xffff) === right.ack) continue;
      net.inject(from, HOST, packet({ ...right, ack: ack & 0xffff }, new Uint8Array(9)));
    }
    expect(connections.length).toBe(0);
    net.inject(from, HOST, packet(right, new Uint8Array(9)));
    expect([connections.length, transport.size]).toEqual([1, 1]);
  });

  it("does not take the packets of a peer that knows an earlier reply as guesses", async () => {
    const { net, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 5 };
    const right = open(net, from, 7);
    const late = packet({ ...right, ack: seqAfter(right.ack, 5) }, new Uint8Array(9));
    for (let n = 0; n < 100; n++) net.inject(from, HOST, late);
    net.inject(from, HOST, packet(right));
    expect(connections.length).toBe(1);
  });

  it("does not let a peer guess the number of the reply, and serves others meanwhile", async () => {
    const { net, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 5 };
    const right = open(net, from, 7);
    for (let n = 1; n <= 0xffff; n++) {
      net.inject(from, HOST, packet({ ...right, ack: seqAfter(right.ack, n) }, new Uint8Array(9)));
      if (n % 100 === 0) net.inject(from, HOST, packet({ type: PacketType.syn, id: 7, seq: n }));
    }
    net.inject(from, HOST, packet(right));
    expect(connections.length).toBe(0);
    const other = { ip: "20.0.0.2", port: 5 };
    net.inject(other, HOST, packet(open(net, other, 7)));
    expect(connections.length).toBe(1);
    net.now += 61_000;
    net.inject(from, HOST, packet(open(net, from, 7)));
    expect(connections.length).toBe(2);
  });

  it("offers a window to a peer over IPv6 where there is no IPv4", async () => {
    const { net } = await listening("fd00::2");
    net.inject({ ip: "fd00::1", port: 5 }, "fd00::2", packet({ type: PacketType.syn, id: 7 }));
    const reply = new ReceivedPacket();
    expect(reply.read(net.packets[0] ?? new Uint8Array())).toBe(true);
    expect(reply.window).toBeGreaterThan(100_000);
  });

  it.each([
    ["ends without an error when only the end", true, null],
    ["reports a reset when data", false, expect.objectContaining({ code: "net.reset" })],
  ])("%s was not acknowledged before the peer's RESET packet", async (_, isDataAcked, error) => {
    const { net, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 9 };
    const next = open(net, from, 1);
    net.inject(from, HOST, packet({ ...next, type: PacketType.state }));
    const [connection] = connections;
    if (connection === undefined) throw new Error("not connected");
    const reader = new Reader(connection);
    connection.write(new Uint8Array(100));
    connection.end();
    await net.until(() => false, 100);
    const dataSeq = seqAfter(next.ack, 1);
    if (isDataAcked) net.inject(from, HOST, packet({ ...next, type: PacketType.state, ack: dataSeq }));
    net.inject(from, HOST, packet({ type: PacketType.reset, id: next.id, ack: seqAfter(dataSeq, 1) }));
    await net.until(() => reader.closed, 100);
    expect([reader.closed, reader.error ?? null]).toEqual([true, error]);
  });

  it("passes on what a peer sent before its end to a reader that pauses, when the peer has forgotten the connection", async () => {
    const { net, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 9 };
    const next = open(net, from, 1);
    net.inject(from, HOST, packet(next, new Uint8Array(500)));
    net.inject(from, HOST, packet({ ...next, type: PacketType.fin, seq: seqAfter(next.seq, 1) }));
    await net.until(() => false, 100);
    net.inject(from, HOST, packet({ type: PacketType.reset, id: next.id, ack: next.ack }));
    const [connection] = connections;
    if (connection === undefined) throw new Error("not connected");
    const reader = new Reader(connection);
    await net.until(() => reader.closed, 100);
    expect([reader.bytes, reader.closed, reader.error]).toEqual([500, true, undefined]);
  });

  it("sends a bounded number of RESET packets, and none for a RESET packet", async () => {
    const { net } = await listening();
    for (let n = 0; n < 5_000; n++) net.inject({ ip: "20.0.0.1", port: 9 }, HOST, packet({ id: n }));
    expect(net.sent).toBe(RESETS_BURST);
    net.now += 60_000;
    net.inject({ ip: "20.0.0.1", port: 9 }, HOST, packet({ type: PacketType.reset }));
    expect(net.sent).toBe(RESETS_BURST);
  });

  it("stores a bounded number of bytes of packets out of order, of one peer and of many", async () => {
    const { net, transport } = await listening();
    const payload = new Uint8Array(1_400);
    for (let peer = 0; peer < 100; peer++) {
      const from = { ip: `20.0.${peer}.1`, port: 9 };
      const next = open(net, from, peer);
      net.inject(from, HOST, packet({ ...next, type: PacketType.state }));
      // All but the first one, over and over.
      for (let n = 2; n < 2_000; n++) net.inject(from, HOST, packet({ ...next, seq: seqAfter(next.seq, n) }, payload));
    }
    expect(transport.storedBytes).toBeLessThanOrEqual(MAX_STORED_BYTES);
    expect(transport.storedBytes).toBeGreaterThan(MIN_STORED_BYTES);
  });

  it("joins payloads of one byte for a reader that pauses, and counts the memory of packets out of order", async () => {
    const { net, transport, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 9 };
    const next = open(net, from, 1);
    for (let n = 0; n < 50_000; n++)
      net.inject(from, HOST, packet({ ...next, seq: seqAfter(next.seq, n) }, Uint8Array.of(n & 0xff)));
    const lengths: number[] = [];
    let isRight = true;
    let total = 0;
    connections[0]?.start({
      onData: (bytes) => {
        lengths.push(bytes.length);
        for (const byte of bytes) isRight &&= byte === (total++ & 0xff);
      },
      onDrain: () => undefined,
      onClose: () => undefined,
    });
    await net.until(() => total === 50_000, 10_000);
    expect([total, isRight]).toEqual([50_000, true]);
    expect(lengths.length).toBeLessThan(50);
    expect(transport.storedBytes).toBe(0);
    // All but the first one.
    const gap = seqAfter(next.seq, 50_000);
    for (let n = 50_001; n < 51_000; n++)
      net.inject(from, HOST, packet({ ...next, seq: seqAfter(next.seq, n) }, Uint8Array.of(n & 0xff)));
    expect(transport.storedBytes).toBeGreaterThan(100_000);
    net.inject(from, HOST, packet({ ...next, seq: gap }, Uint8Array.of(50_000 & 0xff)));
    await net.until(() => total === 51_000, 10_000);
    expect([total, isRight, transport.storedBytes]).toEqual([51_000, true, 0]);
  });

  it("keeps no connection that was refused, and a bounded number of closed ones", async () => {
    const { net, transport, connections } = await listening();
    const join = (n: number, type: number): Connection => {
      const from = { ip: `20.${n >> 8}.${n & 255}.1`, port: 9 };
      const next = open(net, from, 1);
      net.inject(from, HOST, packet({ ...next, type: PacketType.state }));
      const connection = connections.at(-1);
      if (connection === undefined) throw new Error("not connected");
      if (type === PacketType.fin) {
        connection.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined });
        net.inject(from, HOST, packet({ ...next, type: PacketType.fin }));
      }
      return connection;
    };
    for (let n = 0; n < 300; n++) join(n, PacketType.state).destroy();
    await net.until(() => false, 10);
    expect(transport.size).toBe(0);
    for (let n = 0; n < MAX_LINGERING + 300; n++) {
      join(n, PacketType.fin);
      await net.until(() => false, 1);
    }
    expect(transport.size).toBe(MAX_LINGERING);
    await net.until(() => transport.size === 0, LINGER_MS + 1_000);
    expect(transport.size).toBe(0);
  });

  it.each([
    [60_000, DEAD_MS + 20_000],
    [0, MAX_CLOSED_WINDOW_MS + 20_000],
  ])("closes a connection whose peer repeats an old acknowledgement, with a window of %i", async (window, most) => {
    const { net, transport, connections } = await listening();
    const from = { ip: "20.0.0.1", port: 9 };
    const next = open(net, from, 1);
    net.inject(from, HOST, packet({ ...next, type: PacketType.state, window: 60_000 }));
    const [connection] = connections;
    if (connection === undefined) throw new Error("not connected");
    const reader = new Reader(connection);
    connection.write(new Uint8Array(100_000));
    const repeat = (): void => {
      net.inject(from, HOST, packet({ ...next, type: PacketType.state, window }));
      net.at(1_000, repeat);
    };
    repeat();
    expect(await net.until(() => reader.closed, most)).toBe(true);
    expect(reader.error).toMatchObject({ code: "net.timeout" });
    expect(net.now).toBeGreaterThan(most - 20_000);
    await net.until(() => transport.size === 0, 10);
    expect(transport.size).toBe(0);
  });

  it("is not ended by packets with invented numbers, and goes on", async () => {
    const { net, a, b } = await utpPair({ rate: 500_000 }, {});
    const atB = new Reader(b);
    const atA = writeForever(a);
    await net.until(() => atB.bytes > 500_000, 60_000);
    const { sendId, receiveId, sender } = (a as UtpConnection).core;
    for (let n = 0; n < 2_000; n++) {
      // Far from the numbers in use, as by a host that does not see the packets.
      const ack = (sender.next + 20_000 + n * 7) & 0xffff;
      for (const type of [PacketType.reset, PacketType.state, PacketType.fin])
        net.inject(
          { ip: "10.0.0.2", port: 1 },
          "10.0.0.1",
          packet({ type, id: n & 1 ? sendId : receiveId, ack, seq: ack }),
        );
      net.inject({ ip: "10.0.0.9", port: 1 }, "10.0.0.1", packet({ type: PacketType.reset, id: receiveId, ack }));
    }
    const { bytes } = atB;
    expect(await net.until(() => atB.bytes > bytes + 1_000_000, 60_000)).toBe(true);
    expect([atA.closed, atB.closed]).toEqual([false, false]);
  });
});
