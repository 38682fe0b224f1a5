import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../base/index.ts";
import { FakeHost, INFO_HASH, PEER_ID, settle, type Sent } from "../../../test/support/tracker-fakes.ts";
import { UdpPort } from "../../transport/index.ts";
import type { AnnounceReply } from "../codec/index.ts";
import {
  decodeUdpRequest,
  encodeUdpAnnounceReply,
  encodeUdpConnectReply,
  encodeUdpErrorReply,
} from "../codec/index.ts";
import { UDP_CONNECTION_MS, UDP_TIMEOUT_MS } from "../limits.ts";
import type { AnnounceRequest } from "./request.ts";
import { UdpTrackers } from "./udp-trackers.ts";

const REQUEST: AnnounceRequest = {
  url: "udp://10.0.0.1:6969/announce?k=1",
  infoHash: INFO_HASH,
  peerId: PEER_ID,
  port: 1,
  uploaded: 0,
  downloaded: 0,
  left: 1,
};
const ID = Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9);
const PEERS = Uint8Array.of(1, 2, 3, 4, 0, 5);

function kind(sent: Sent | undefined): string {
  return sent === undefined ? "nothing" : (decodeUdpRequest(sent.bytes)?.kind ?? "rubbish");
}

function answer(sent: Sent, from?: Endpoint, id = ID): void {
  const request = decodeUdpRequest(sent.bytes);
  if (request?.kind === "connect") sent.reply(encodeUdpConnectReply(request.transactionId, id), from);
  else if (request?.kind === "announce")
    sent.reply(
      encodeUdpAnnounceReply(request.transactionId, { interval: 1800, leechers: 1, seeders: 2, peers: PEERS }),
      from,
    );
}

/** An announce under way, with what became of it. */
function run(
  udp: UdpTrackers,
  request = REQUEST,
  signal?: AbortSignal,
): { result: AnnounceReply | undefined; error: { code?: string; message: string } | undefined } {
  const outcome: ReturnType<typeof run> = { result: undefined, error: undefined };
  udp.announce(request, signal).then(
    (reply) => (outcome.result = reply),
    (error: Error) => (outcome.error = error),
  );
  return outcome;
}

/** On a port that is closed with them. */
class TrackersOnPort extends UdpTrackers {
  readonly #port: UdpPort;

  constructor(host: FakeHost) {
    const port = new UdpPort({ runtime: host, port: () => 6881 });
    super(host, port);
    this.#port = port;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#port.close();
  }
}

describe.each([
  ["sockets of its own", (host: FakeHost) => new UdpTrackers(host)],
  ["the sockets of a UdpPort", (host: FakeHost) => new TrackersOnPort(host)],
])("UdpTrackers.announce with %s", (_sockets, make) => {
  it("connects, announces with the id and the URL's path (BEP 41), and reads the peers", async () => {
    const host = new FakeHost();
    host.onDatagram = answer;
    const udp = make(host);
    const outcome = run(udp);
    await settle();
    expect(outcome.result).toEqual({ peers: [{ ip: "1.2.3.4", port: 5 }], interval: 1800, leechers: 1, seeders: 2 });
    expect(host.sent.map(kind)).toEqual(["connect", "announce"]);
    expect(new TextDecoder().decode(host.sent[1]?.bytes.subarray(100))).toBe("/announce?k=1");
    expect(host.clock.pending).toBe(0);
    await udp.close();
    expect(host.openSockets).toBe(0);
  });

  it("retransmits after 15, then 30 s, and gives up at the overall time", async () => {
    const host = new FakeHost();
    const udp = make(host);
    const outcome = run(udp, { ...REQUEST, timeoutMs: 200_000 });
    await settle();
    const times: number[] = [];
    for (let second = 0; second <= 200; second++) {
      while (times.length < host.sent.length) times.push(second);
      await host.clock.advance(1000);
    }
    expect(times).toEqual([0, 15, 45, 105]);
    expect(host.sent.map(kind)).toEqual(["connect", "connect", "connect", "connect"]);
    expect(outcome.error).toMatchObject({
      code: "tracker.timeout",
      message: "udp://10.0.0.1:6969/announce: no reply within 200 s",
    });
    expect(host.clock.pending).toBe(0);
  });

  it("takes 60 s at most by default", async () => {
    const host = new FakeHost();
    const outcome = run(make(host));
    await host.clock.advance(UDP_TIMEOUT_MS - 1);
    expect(outcome.error).toBeUndefined();
    await host.clock.advance(1);
    expect(outcome.error).toMatchObject({ code: "tracker.timeout" });
  });

  it("takes a late reply to an earlier transmission", async () => {
    const host = new FakeHost();
    const outcome = run(make(host));
    await host.clock.advance(20_000);
    const [first] = host.sent;
    if (first === undefined) throw new Error("nothing sent");
    answer(first);
    await settle();
    const last = host.sent.at(-1);
    expect(kind(last)).toBe("announce");
    if (last !== undefined) answer(last);
    await settle();
    expect(outcome.result?.seeders).toBe(2);
  });

  it("uses a connection id for a minute, and not longer (BEP 15)", async () => {
    const host = new FakeHost();
    host.onDatagram = answer;
    const udp = make(host);
    run(udp);
    await host.clock.advance(UDP_CONNECTION_MS - 1);
    run(udp);
    await host.clock.advance(1);
    run(udp);
    await settle();
    expect(host.sent.map(kind)).toEqual(["connect", "announce", "announce", "connect", "announce"]);
  });

  it("connects anew when the tracker does not accept an old id any more", async () => {
    const host = new FakeHost();
    host.onDatagram = answer;
    const udp = make(host);
    run(udp);
    await settle();
    host.onDatagram = (sent) => {
      if (kind(sent) === "announce" && host.sent.filter((one) => kind(one) === "announce").length === 2) return;
      answer(sent);
    };
    const outcome = run(udp);
    await host.clock.advance(15_000);
    expect(host.sent.map(kind)).toEqual(["connect", "announce", "announce", "connect", "announce"]);
    expect(outcome.result).toBeDefined();
  });

  it("announces once more when an error may mean an old id, and then reports the error", async () => {
    const host = new FakeHost();
    host.onDatagram = answer;
    const udp = make(host);
    run(udp);
    await settle();
    host.onDatagram = (sent) => {
      const request = decodeUdpRequest(sent.bytes);
      if (request?.kind === "announce")
        sent.reply(encodeUdpErrorReply(request.transactionId, "connection id\nmismatch"));
      else answer(sent);
    };
    const outcome = run(udp);
    await settle();
    expect(host.sent.map(kind).slice(2)).toEqual(["announce", "connect", "announce"]);
    expect(outcome.error).toMatchObject({
      code: "tracker.failure",
      message: "udp://10.0.0.1:6969/announce: the tracker refuses: connection id mismatch",
    });
  });

  it.each([
    [
      "a wrong transaction id",
      (sent: Sent) =>
        sent.reply(encodeUdpConnectReply(((decodeUdpRequest(sent.bytes)?.transactionId ?? 0) + 1) >>> 0, ID)),
    ],
    ["another address", (sent: Sent) => answer(sent, { ip: "10.0.0.2", port: 6969 })],
    ["another port", (sent: Sent) => answer(sent, { ip: "10.0.0.1", port: 6970 })],
    [
      "an answer to what was not asked",
      (sent: Sent) =>
        sent.reply(
          encodeUdpAnnounceReply(decodeUdpRequest(sent.bytes)?.transactionId ?? 0, {
            interval: 1,
            leechers: 0,
            seeders: 0,
            peers: PEERS,
          }),
        ),
    ],
    ["a scrap", (sent: Sent) => sent.reply(Uint8Array.of(1, 2, 3))],
  ])("ignores %s", async (_name, forge) => {
    const host = new FakeHost();
    host.onDatagram = forge;
    const outcome = run(make(host));
    await settle();
    expect(outcome).toEqual({ result: undefined, error: undefined });
    expect(host.sent).toHaveLength(1);
  });

  it("rejects a reply that is too short as malformed", async () => {
    const host = new FakeHost();
    host.onDatagram = (sent) => {
      const request = decodeUdpRequest(sent.bytes);
      if (request?.kind === "announce")
        sent.reply(
          encodeUdpAnnounceReply(request.transactionId, {
            interval: 1,
            leechers: 0,
            seeders: 0,
            peers: PEERS,
          }).subarray(0, 19),
        );
      else answer(sent);
    };
    const outcome = run(make(host));
    await settle();
    expect(outcome.error).toMatchObject({ code: "tracker.malformed" });
  });

  it("tries a name's addresses of one family in turn", async () => {
    const host = new FakeHost();
    host.names["t.example"] = ["10.0.0.1", "10.0.0.2"];
    run(make(host), { ...REQUEST, url: "udp://t.example:80" });
    await host.clock.advance(46_000);
    expect(host.sentTo).toEqual(["10.0.0.1:80", "10.0.0.2:80", "10.0.0.1:80"]);
  });

  it("announces over IPv4 and IPv6 at once and merges; a silent family costs 300 ms", async () => {
    const host = new FakeHost();
    host.names["t.example"] = ["2001:db8::1", "10.0.0.1"];
    host.onDatagram = (sent) => (sent.to.ip === "10.0.0.1" ? answer(sent) : undefined);
    const udp = make(host);
    const outcome = run(udp, { ...REQUEST, url: "udp://t.example:80" });
    await host.clock.advance(299);
    expect(host.binds).toEqual(["0.0.0.0", "::"]);
    expect(outcome.result).toBeUndefined();
    await host.clock.advance(1);
    expect(outcome.result?.peers).toEqual([{ ip: "1.2.3.4", port: 5 }]);
    expect(host.clock.pending).toBe(0);
  });

  it("merges the peers of both families", async () => {
    const host = new FakeHost();
    host.names["t.example"] = ["2001:db8::1", "10.0.0.1"];
    host.onDatagram = (sent) => {
      const request = decodeUdpRequest(sent.bytes);
      const six = sent.to.ip.includes(":");
      if (request?.kind !== "announce") answer(sent);
      else
        sent.reply(
          encodeUdpAnnounceReply(request.transactionId, {
            interval: six ? 5 : 9,
            leechers: six ? 7 : 1,
            seeders: 2,
            peers: six ? new Uint8Array(18).fill(1) : PEERS,
          }),
        );
    };
    const outcome = run(make(host), { ...REQUEST, url: "udp://t.example:80" });
    await settle();
    expect(outcome.result).toMatchObject({ interval: 9, leechers: 7, seeders: 2 });
    expect(outcome.result?.peers.map((peer) => peer.port)).toEqual([5, 257]);
  });

  it("announces from the local address, and only over its family", async () => {
    const host = new FakeHost();
    host.names["t.example"] = ["2001:db8::1", "10.0.0.1"];
    host.onDatagram = answer;
    const outcome = run(make(host), { ...REQUEST, url: "udp://t.example:80", localIp: "192.168.1.5" });
    await settle();
    expect(host.binds).toEqual(["192.168.1.5"]);
    expect(outcome.result).toBeDefined();
  });

  it("sends nothing to an address that `check` refuses", async () => {
    const host = new FakeHost();
    const outcome = run(make(host), { ...REQUEST, check: (url, ips) => `${url.hostname} is ${ips.join()}` });
    await settle();
    expect(outcome.error).toMatchObject({
      code: "tracker.forbidden",
      message: expect.stringContaining("10.0.0.1 is 10.0.0.1") as string,
    });
    expect(host.sent).toEqual([]);
  });

  it("ends with AbortError when aborted or closed, leaving no timer", async () => {
    const host = new FakeHost();
    const udp = make(host);
    const controller = new AbortController();
    const aborted = run(udp, REQUEST, controller.signal);
    const closed = run(udp);
    await settle();
    controller.abort();
    await settle();
    expect(aborted.error).toMatchObject({ code: "aborted" });
    expect(closed.error).toBeUndefined();
    await udp.close();
    await settle();
    expect(closed.error).toMatchObject({ code: "aborted" });
    expect([host.clock.pending, host.openSockets]).toEqual([0, 0]);
    await expect(udp.announce(REQUEST)).rejects.toMatchObject({ code: "aborted" });
  });
});
