import { describe, expect, it } from "vitest";
import { addressIp, addressKey, ipPeer, isDialableAddress, type PeerAddress } from "./peer-address.ts";

const webrtc: PeerAddress = { kind: "webrtc", id: "00ff" };

describe("PeerAddress", () => {
  it.each<[PeerAddress, string, string | undefined, boolean]>([
    [ipPeer({ ip: "20.0.0.1", port: 6881 }), "20.0.0.1:6881", "20.0.0.1", true],
    [ipPeer({ ip: "2001:db8::1", port: 1 }), "[2001:db8::1]:1", "2001:db8::1", false],
    [ipPeer({ ip: "20.0.0.1", port: 0 }), "20.0.0.1:0", "20.0.0.1", false],
    [webrtc, "webrtc:00ff", undefined, true],
  ])("%j has a key, an IP address if any, and can be dialed or not", (address, key, ip, isDialable) => {
    expect([addressKey(address), addressIp(address), isDialableAddress(address)]).toEqual([key, ip, isDialable]);
  });
});
