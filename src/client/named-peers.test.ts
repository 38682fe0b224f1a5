import { describe, expect, it } from "vitest";
import { digest, makePlay, Stage } from "../../test/support/stage.ts";
import { simWorld } from "../sim/index.ts";
import { checkPeers, lookUpPeers } from "./named-peers.ts";

describe("checkPeers", () => {
  it.each(["127.0.0.1:1", "10.0.0.1:6881", "8.8.8.8:6881", "[fe80::1]:1", "host.example:1"])("accepts %s", (peer) => {
    expect(() => checkPeers([peer])).not.toThrow();
  });

  it.each([
    ["192.0.2.7:6881", "is reserved"],
    ["198.51.100.1:1", "is reserved"],
    ["[2001:db8::1]:6881", "is reserved"],
    ["255.255.255.255:1", "is a multicast or broadcast address"],
    ["0.0.0.0:1", "is the unspecified address"],
  ])("refuses %s, with a reason", (peer, message) => {
    expect(() => checkPeers([peer])).toThrow(expect.objectContaining({ code: "address.no-peer" }));
    expect(() => checkPeers([peer])).toThrow(message);
  });
});

describe("lookUpPeers", () => {
  it("logs an address that no peer can have once, with a reason, and returns the others", async () => {
    const logged: string[] = [];
    const { runtime } = simWorld({ digest }).host("10.0.0.1");
    const log = {
      ...runtime.log,
      warn: (message: string, fields: object = {}) => logged.push(`${message}: ${JSON.stringify(fields)}`),
    };
    expect(await lookUpPeers({ ...runtime, log }, ["192.0.2.7:6881", "10.0.0.2:6881"])).toEqual([
      { kind: "ip", ip: "10.0.0.2", port: 6881 },
    ]);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain("the address is reserved");
  });
});

describe("Torrent.addPeers", () => {
  it("refuses an address that no peer can have", async () => {
    const stage = new Stage(await makePlay({ "one.bin": 1_000 }));
    const { torrent } = await stage.seeder("10.0.0.1");
    await expect(torrent.addPeers(["10.0.0.2:6881", "192.0.2.7:6881"])).rejects.toMatchObject({
      code: "address.no-peer",
    });
    await stage.close();
  });
});
