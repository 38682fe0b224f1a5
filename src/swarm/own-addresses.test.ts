import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import {
  decodeExtendedHandshake,
  encodeExtended,
  encodeExtendedHandshake,
  type ExtendedHandshake,
} from "../wire/index.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 65_536 });
});
afterEach(() => stage.close());

/** Connects a scripted peer that reports an address of the client. Returns the client's extended handshake. */
async function meet(ip: string, yourIp: string): Promise<ExtendedHandshake | undefined> {
  const peer = new ScriptedPeer(stage.world.host(ip).runtime, play);
  await stage.world.settled(peer.dial("9.9.9.9", { extended: true, name: ip }), 10_000);
  peer.stay();
  peer.send(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map(), yourIp })));
  await stage.world.run(1_000);
  const [first] = peer.of("extended");
  return first === undefined ? undefined : decodeExtendedHandshake(first.message.payload);
}

describe("the extended handshake (BEP 10, 24)", () => {
  it("has our address of the other family, once peers of three networks have reported it", async () => {
    stage = new Stage(play);
    await stage.leecher("9.9.9.9");
    for (const ip of ["20.1.1.1", "20.1.2.1", "20.1.3.1"])
      expect(await meet(ip, "2600::1")).toMatchObject({ yourIp: ip, ipv4: undefined, ipv6: undefined });
    expect(await meet("20.1.4.1", "9.9.9.9")).toMatchObject({ yourIp: "20.1.4.1", ipv4: undefined, ipv6: "2600::1" });
  });
});
