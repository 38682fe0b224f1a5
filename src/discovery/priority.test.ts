import { describe, expect, it } from "vitest";
import { ipPeer } from "../base/index.ts";
import { peerPriority } from "./priority.ts";

describe("peerPriority", () => {
  it.each([
    ["98.76.54.32", 0xec2d7224],
    ["123.213.32.234", 0x99568189],
  ])("agrees with BEP 40's example for %s, from both ends", (ip, expected) => {
    const client = ipPeer({ ip: "123.213.32.10", port: 6881 });
    const peer = ipPeer({ ip, port: 51413 });
    expect(peerPriority(client, peer)).toBe(expected);
    expect(peerPriority(peer, client)).toBe(expected);
  });

  it("uses the ports when the addresses are the same", () => {
    const a = ipPeer({ ip: "127.0.0.1", port: 1000 });
    const b = ipPeer({ ip: "127.0.0.1", port: 2000 });
    expect(peerPriority(a, b)).toBe(peerPriority(b, a));
    expect(peerPriority(a, b)).not.toBe(peerPriority(a, ipPeer({ ip: "127.0.0.1", port: 2001 })));
  });
});
