import { describe, expect, it } from "vitest";
import { ExternalAddress } from "./external-address.ts";

describe("ExternalAddress", () => {
  it("is what peers of three networks and trackers agree on, for each family", () => {
    const address = new ExternalAddress(() => undefined);
    for (const peer of ["20.1.1.1", "20.1.1.2", "20.1.1.3"]) address.onPeerReport("9.9.9.9", peer);
    address.onTrackerReport("9.9.9.9", "http://one.example/announce");
    address.onTrackerReport("9.9.9.9", "udp://one.example:80");
    expect(address.get(4)).toBeUndefined();
    address.onPeerReport("2600::1", "2a00:1::1");
    address.onPeerReport("9.9.9.9", "2a00:1::1");
    expect([address.get(4), address.get(6)]).toEqual(["9.9.9.9", undefined]);
  });

  it("counts no report of a local address, and none by a peer in the local network", () => {
    const address = new ExternalAddress(() => undefined);
    for (let n = 0; n < 50; n++) {
      address.onPeerReport("192.168.0.2", `20.1.${n}.1`);
      address.onPeerReport("9.9.9.9", `192.168.${n}.1`);
      address.onTrackerReport("10.0.0.1", `http://t${n}.example/`);
    }
    address.onTrackerReport("9.9.9.9", "no URL");
    expect(address.get(4)).toBeUndefined();
  });

  it("prefers what DHT nodes agree on", () => {
    const address = new ExternalAddress((family) => (family === 4 ? "8.8.8.8" : undefined));
    for (let n = 0; n < 50; n++) address.onPeerReport("9.9.9.9", `20.1.${n}.1`);
    expect(address.get(4)).toBe("8.8.8.8");
  });
});
