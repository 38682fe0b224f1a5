import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EncryptionPolicy } from "../transport/index.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 300_000 });
});
afterEach(() => stage.close());

/** Two clients, of which the leecher dials; the result is how their connection is encrypted. */
async function connect(dialing: EncryptionPolicy, listening: EncryptionPolicy): Promise<string> {
  stage = new Stage(play);
  const seeder = await stage.seeder("10.0.0.1", {}, { encryption: listening });
  const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] }, {}, { encryption: dialing });
  const states = new Set<string>();
  for (let second = 0; second < 60 && leecher.torrent.state.kind !== "seeding"; second++) {
    for (const { torrent } of [seeder, leecher])
      for (const { isEncrypted } of torrent.peers()) states.add(isEncrypted ? "RC4" : "plain");
    await stage.world.run(100);
  }
  expect(stage.isWhole(leecher.host)).toBe(leecher.torrent.state.kind === "seeding");
  return leecher.torrent.state.kind === "seeding" ? [...states].join() : "none";
}

describe("Client encryption", () => {
  it.each<[EncryptionPolicy, EncryptionPolicy, string]>([
    ["disabled", "disabled", "plain"],
    ["disabled", "preferred", "plain"],
    ["disabled", "required", "none"],
    ["disabled", "allowed", "plain"],
    ["allowed", "disabled", "plain"],
    ["allowed", "allowed", "plain"],
    ["allowed", "preferred", "plain"],
    ["allowed", "required", "RC4"],
    ["preferred", "allowed", "plain"],
    ["required", "allowed", "RC4"],
    ["preferred", "disabled", "plain"],
    ["preferred", "preferred", "plain"],
    ["preferred", "required", "RC4"],
    ["required", "disabled", "none"],
    ["required", "preferred", "RC4"],
    ["required", "required", "RC4"],
  ])("%s dials %s: %s", async (dialing, listening, expected) => {
    expect(await connect(dialing, listening)).toBe(expected);
  });

  it.each<[EncryptionPolicy, EncryptionPolicy]>([
    ["required", "disabled"],
    ["disabled", "required"],
  ])("counts connections that fail because of it: %s dials %s", async (dialing, listening) => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", {}, { encryption: listening });
    const peers = [seeder.address];
    const { client, torrent } = await stage.leecher("10.0.0.2", { peers }, {}, { encryption: dialing });
    await stage.world.run(2_000);
    expect(torrent.status().encryptionRefusals).toBe(1);
    expect(torrent.bottleneck()).toMatchObject({
      kind: "encryption",
      message: expect.stringMatching(new RegExp(`^1 connection failed: encryption is ${dialing}, `)) as string,
      advice: "set encryption to preferred (--encryption preferred)",
    });
    client.setEncryption("preferred");
    await stage.world.until(() => torrent.state.kind === "seeding", 120_000);
    expect(torrent.status().encryptionRefusals).toBe(0);
  });

  it("is changed for the connections that follow, and refuses a text that is no policy", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    seeder.client.setEncryption("required");
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] }, {}, { encryption: "disabled" });
    await stage.world.run(2_000);
    expect(leecher.torrent.peers().length).toBe(0);
    leecher.client.setEncryption("preferred");
    await stage.world.until(() => leecher.torrent.state.kind === "seeding", 120_000);
    expect(() => leecher.client.setEncryption(JSON.parse('"sometimes"'))).toThrow(
      expect.objectContaining({ code: "client.encryption" }),
    );
  });
});
