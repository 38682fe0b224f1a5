import { describe, expect, it } from "vitest";
import { ipPeer, PeerId } from "../base/index.ts";
import { BanList } from "./bans.ts";
import { MAX_OFFENCES } from "./limits.ts";
import type { PeerIdentity } from "./peer/peer-profile.ts";

const idOf = (byte: number): PeerId => PeerId.fromBytes(new Uint8Array(20).fill(byte));
const at = (ip: string, port: number, id = 1): PeerIdentity => ({ address: ipPeer({ ip, port }), peerId: idOf(id) });

describe("BanList", () => {
  it("bans a public address with all ports and peer ids", () => {
    const bans = new BanList();
    bans.ban(at("198.41.0.4", 1000));
    expect(bans.isBanned(ipPeer({ ip: "198.41.0.4", port: 2000 }), idOf(9))).toBe(true);
    expect(bans.isBanned(ipPeer({ ip: "198.41.0.5", port: 1000 }), idOf(1))).toBe(false);
  });

  it("bans port and peer id, not the address, where many peers may share it", () => {
    const bans = new BanList();
    bans.ban(at("127.0.0.1", 1000));
    expect(bans.isBanned(ipPeer({ ip: "127.0.0.1", port: 1000 }))).toBe(true);
    expect(bans.isBanned(ipPeer({ ip: "127.0.0.1", port: 2000 }), idOf(1))).toBe(true);
    expect(bans.isBanned(ipPeer({ ip: "127.0.0.1", port: 2000 }), idOf(2))).toBe(false);
    expect(bans.isBanned(ipPeer({ ip: "127.0.0.2", port: 1000 }), idOf(1))).toBe(false);
  });

  it.each([
    ["10.0.0.1", (n: number) => n % 1],
    ["198.41.0.4", (n: number) => n],
  ])("bans %s after too many protocol errors, with any peer ids", (ip, port) => {
    const bans = new BanList();
    const returned = Array.from({ length: MAX_OFFENCES }, (_, n) => bans.offend(ipPeer({ ip, port: 1000 + port(n) })));
    expect(returned).toEqual([...Array.from({ length: MAX_OFFENCES - 1 }, () => false), true]);
    expect(bans.isBanned(ipPeer({ ip, port: 1000 + port(0) }), idOf(7))).toBe(true);
  });

  it("does not add up the offences of different peers behind one private address", () => {
    const bans = new BanList();
    for (let n = 0; n < 2 * MAX_OFFENCES; n++)
      expect(bans.offend(ipPeer({ ip: "192.168.1.1", port: 1000 + n }))).toBe(false);
    expect(bans.size).toBe(0);
  });

  it("forgets the oldest, so that it stays bounded", () => {
    const bans = new BanList();
    for (let n = 0; n < 10_500; n++) bans.ban(at(`11.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 1));
    expect(bans.size).toBe(10_000);
    expect(bans.isBanned(ipPeer({ ip: "11.0.0.0", port: 1 }))).toBe(false);
    expect(bans.isBanned(ipPeer({ ip: "11.0.41.3", port: 1 }))).toBe(true);
  });

  it("bans a peer without an IP address by its key", () => {
    const bans = new BanList();
    bans.ban({ address: { kind: "webrtc", id: "ab" }, peerId: idOf(1) });
    expect([bans.isBanned({ kind: "webrtc", id: "ab" }), bans.isBanned({ kind: "webrtc", id: "cd" }, idOf(1))]).toEqual(
      [true, false],
    );
  });
});
