import { describe, expect, it } from "vitest";
import { FakeHost, INFO_HASH, PEER_ID } from "../../../test/support/tracker-fakes.ts";
import {
  decodeUdpAnnounce,
  decodeUdpConnect,
  decodeUdpError,
  decodeUdpScrape,
  encodeUdpAnnounce,
  encodeUdpConnect,
  encodeUdpScrape,
  readUdpHeader,
} from "../codec/index.ts";
import { SERVER_MAX_NUMWANT_UDP6 } from "../limits.ts";
import { ConnectionIdMint } from "./connection-id.ts";
import type { TrackerServerOptions } from "./options.ts";
import { Registry } from "./registry.ts";
import { UdpTracker } from "./udp.ts";

const FIELDS = { infoHash: INFO_HASH, peerId: PEER_ID, uploaded: 0, downloaded: 0, left: 1 };

class Talk {
  readonly host = new FakeHost();
  readonly tracker: UdpTracker;

  constructor(options: TrackerServerOptions = {}) {
    const registry = new Registry(this.host, options);
    this.tracker = new UdpTracker(registry, new ConnectionIdMint(this.host.clock, this.host.random));
  }

  ask(bytes: Uint8Array, ip = "9.9.9.9"): Uint8Array {
    const reply = this.tracker.respond(bytes, { ip, port: 1234 });
    if (reply === undefined) throw new Error("silence");
    return reply;
  }

  connect(ip = "9.9.9.9"): Uint8Array {
    return decodeUdpConnect(this.ask(encodeUdpConnect(1), ip));
  }

  announce(port: number, ip = "9.9.9.9", numWant?: number): Uint8Array {
    return this.ask(encodeUdpAnnounce(this.connect(ip), 7, { ...FIELDS, port, numWant }), ip);
  }
}

describe("UdpTracker", () => {
  it("replies to connect, announce and scrape, each with its transaction id", () => {
    const talk = new Talk();
    talk.announce(1);
    const reply = talk.announce(2);
    expect(readUdpHeader(reply)).toEqual({ action: 1, transactionId: 7 });
    expect(decodeUdpAnnounce(reply, 4)).toEqual({
      peers: [{ ip: "9.9.9.9", port: 1 }],
      interval: 1800,
      leechers: 2,
      seeders: 0,
    });
    expect(decodeUdpScrape(talk.ask(encodeUdpScrape(talk.connect(), 8, [INFO_HASH])), 1)).toEqual([
      { seeders: 0, leechers: 2, completed: 0 },
    ]);
  });

  it("returns IPv6 peers to IPv6 clients, as many as a datagram holds", () => {
    const talk = new Talk({ maxNumWant: 200 });
    talk.announce(1, "1.1.1.1");
    for (let port = 1; port <= 100; port++) talk.announce(port, "2001:db8::1");
    const reply = decodeUdpAnnounce(talk.announce(101, "2001:db8::1", 200), 6);
    expect(reply.peers).toHaveLength(SERVER_MAX_NUMWANT_UDP6);
    expect(reply.peers.every(({ ip }) => ip === "2001:db8::1")).toBe(true);
  });

  it("does not reply to forged, foreign and old connection ids, and to invalid datagrams", async () => {
    const talk = new Talk();
    const id = talk.connect("1.1.1.1");
    const announce = encodeUdpAnnounce(id, 7, { ...FIELDS, port: 1 });
    const from = (ip: string): Uint8Array | undefined => talk.tracker.respond(announce, { ip, port: 1 });
    expect(from("1.1.1.2")).toBeUndefined();
    expect(from("1.1.1.1")).toBeDefined();
    await talk.host.clock.advance(241_000);
    expect(from("1.1.1.1")).toBeUndefined();
    expect(talk.tracker.respond(new Uint8Array(50), { ip: "1.1.1.1", port: 1 })).toBeUndefined();
    expect(talk.tracker.counts).toEqual({ connects: 1, announces: 1, scrapes: 0, refused: 3 });
  });

  it("never sends an unknown address more than it received", () => {
    const talk = new Talk();
    expect(talk.ask(encodeUdpConnect(1)).length).toBeLessThanOrEqual(encodeUdpConnect(1).length);
  });

  it("returns the reason of an error", () => {
    const talk = new Talk({ allow: [] });
    expect(decodeUdpError(talk.announce(1)).message).toContain("does not serve that torrent");
  });
});
