import { afterEach, describe, expect, it } from "vitest";
import { FakeHost, INFO_HASH, PEER_ID, settle, type Sent } from "../../../test/support/tracker-fakes.ts";
import { NetworkError, type Endpoint } from "../../base/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { UdpPort } from "../../transport/index.ts";
import { decodeUdpRequest, encodeUdpAnnounceReply, encodeUdpConnectReply } from "../codec/index.ts";
import type { AnnounceRequest } from "./request.ts";
import { UdpTrackers } from "./udp-trackers.ts";

const TRACKER = { ip: "10.0.0.1", port: 6969 };
const REQUEST: AnnounceRequest = {
  url: "udp://10.0.0.1:6969/announce",
  infoHash: INFO_HASH,
  peerId: PEER_ID,
  port: 1,
  uploaded: 0,
  downloaded: 0,
  left: 1,
};

function reply(datagram: Uint8Array): Uint8Array {
  const request = decodeUdpRequest(datagram);
  if (request?.kind === "connect") return encodeUdpConnectReply(request.transactionId, new Uint8Array(8).fill(9));
  return encodeUdpAnnounceReply(request?.transactionId ?? 0, {
    interval: 1800,
    leechers: 1,
    seeders: 2,
    peers: Uint8Array.of(1, 2, 3, 4, 0, 5),
  });
}

/** Trackers on a port, and what the port gets that is not theirs. */
function start() {
  const host = new FakeHost();
  const port = new UdpPort({ runtime: host, port: () => 6881 });
  const udp = new UdpTrackers(host, port);
  const others: Uint8Array[] = [];
  port.claim(
    (datagram) => datagram[0] === "d".charCodeAt(0),
    (datagram) => others.push(datagram.slice()),
  );
  return { host, port, udp, others };
}

describe("UdpTrackers on a UdpPort", () => {
  it("claims the replies to its requests, and no other datagram", async () => {
    const { host, port, udp, others } = start();
    const foreign = new TextEncoder().encode("d1:rd2:id20:");
    const sent: Sent[] = [];
    host.onDatagram = (datagram) => sent.push(datagram);
    const announced = udp.announce(REQUEST);
    await settle();
    const [connect] = sent;
    if (connect === undefined) throw new Error("nothing sent");
    // A dictionary that has our transaction id where a reply would.
    foreign.set(connect.bytes.subarray(12, 16), 4);
    connect.reply(foreign);
    connect.reply(reply(connect.bytes), { ip: "10.0.0.2", port: 6969 });
    expect([others, port.unclaimed]).toEqual([[foreign], 1]);
    host.onDatagram = (datagram) => datagram.reply(reply(datagram.bytes));
    connect.reply(reply(connect.bytes));
    expect((await announced).seeders).toBe(2);
    connect.reply(reply(connect.bytes));
    expect(port.unclaimed).toBe(2);
  });

  it("leaves the port open when it is closed, and claims nothing more", async () => {
    const { host, port, udp } = start();
    const announced = udp.announce(REQUEST).catch((error: unknown) => error);
    await settle();
    await udp.close();
    expect(await announced).toMatchObject({ code: "aborted" });
    host.sent[0]?.reply(reply(host.sent[0].bytes));
    expect([host.openSockets, port.unclaimed, host.clock.pending]).toEqual([1, 1, 0]);
    port.send(TRACKER, Uint8Array.of(1));
    expect(host.sent).toHaveLength(2);
    await expect(udp.announce(REQUEST)).rejects.toMatchObject({ code: "aborted" });
    await port.close();
    expect(host.openSockets).toBe(0);
  });

  it("does not open the port's sockets once it is closed", async () => {
    const { host, udp } = start();
    await udp.close();
    await expect(udp.announce(REQUEST)).rejects.toMatchObject({ code: "aborted" });
    expect(host.binds).toEqual([]);
  });

  it("opens separate sockets for local addresses, and closes them", async () => {
    const { host, port, udp } = start();
    host.onDatagram = (sent) => sent.reply(reply(sent.bytes));
    await udp.announce({ ...REQUEST, localIp: "192.168.1.5" });
    await udp.announce(REQUEST);
    expect(host.binds).toEqual(["192.168.1.5", "0.0.0.0"]);
    await udp.close();
    expect(host.openSockets).toBe(1);
    await port.close();
  });

  it("rejects at once when the family's socket cannot be opened", async () => {
    const { host } = start();
    const datagrams = { bind: () => Promise.reject(new NetworkError("net.failed", "cannot bind")) };
    const udp = new UdpTrackers(host, new UdpPort({ runtime: { datagrams, log: host.log }, port: () => 0 }));
    await expect(udp.announce(REQUEST)).rejects.toMatchObject({ code: "tracker.failed" });
    expect(host.clock.pending).toBe(0);
  });
});

describe("UdpTrackers on a UdpPort of this machine", () => {
  const runtime = nodeRuntime();
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it.each([
    ["127.0.0.1", "127.0.0.1", 4],
    ["::1", "[::1]", 6],
  ] as const)("asks a tracker on %s from the port's socket", async (ip, host, family) => {
    const askers: Endpoint[] = [];
    const tracker = await runtime.datagrams.bind({
      ip,
      port: 0,
      onDatagram: (datagram, from) => {
        askers.push(from);
        tracker.send(reply(datagram), from);
      },
    });
    const port = new UdpPort({ runtime, port: () => 0 });
    const udp = new UdpTrackers(runtime, port);
    closing.push(
      () => udp.close(),
      () => port.close(),
      () => tracker.close(),
    );
    await udp.announce({ ...REQUEST, url: `udp://${host}:${tracker.local.port}` });
    const local = { ip, port: port.local(family)?.port };
    expect(askers).toEqual([local, local]);
  });
});
