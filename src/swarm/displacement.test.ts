import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import { ipPeer } from "../base/index.ts";
import { encodeHave, encodeInterested, encodeUnchoke } from "../wire/index.ts";
import { Client } from "../client/index.ts";
import { IDLE_MS, USELESS_MS } from "./limits.ts";
import type { Peer } from "./peer/peer.ts";
import { PexSlot } from "./pex/pex-slot.ts";
import { leastUseful } from "./turnover.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 8 * 65_536 });
});
afterEach(() => stage.close());

async function come(ip: string, of = play): Promise<ScriptedPeer> {
  const out = new ScriptedPeer(stage.world.host(ip).runtime, of);
  await stage.world.settled(out.dial("10.0.0.1", { name: ip }), 10_000);
  out.stay();
  await stage.world.run(200);
  return out;
}

describe("A client without a place left", () => {
  it.each([[100], [3]])(
    "replaces useless peers of one torrent to dial for another: three of %i places are taken",
    async (maxConnections) => {
      stage = new Stage(play);
      // Seeds `play`; three peers that want nothing hold connections of the client.
      const actor = await stage.seeder("10.0.0.1", {}, { maxConnections });
      for (let n = 0; n < 3; n++) await come(`20.0.${n}.1`);
      const other = await makePlay({ "other.bin": 50_000 });
      const host = stage.world.host("10.0.0.2");
      for (const [path, bytes] of other.files) host.disk.put(`/data/${path}`, bytes);
      const seed = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881 });
      const seeding = await stage.world.settled(seed.add(other.metainfo), 1_000);
      await stage.world.until(() => seeding.state.kind === "seeding", 10_000);
      const added = await stage.world.settled(actor.client.add(other.metainfo), 1_000);
      await stage.world.run(1_000);
      await stage.world.settled(added.addPeers([`10.0.0.2:${seed.port}`]), 5_000);
      const done = await stage.world.until(() => added.state.kind === "seeding", 10 * 60_000);
      await stage.world.settled(seed.close(), 10_000);
      expect(done).toBe(true);
    },
  );

  it("replaces a useless peer of another torrent before an idle one", async () => {
    stage = new Stage(play);
    const actor = await stage.seeder("10.0.0.1", {}, { maxConnections: 2, uploadSlots: 0 });
    const other = await makePlay({ "other.bin": 50_000 });
    await stage.world.settled(actor.client.add(other.metainfo), 1_000);
    const waiting = await come("20.0.0.1");
    waiting.send(encodeInterested());
    const useless = await come("20.0.1.1", other);
    await stage.world.run(IDLE_MS);
    for (let n = 0; n < 20 && !useless.isClosed && !waiting.isClosed; n++) await come(`21.0.${n}.1`, other);
    expect([waiting.isClosed, useless.isClosed]).toEqual([false, true]);
  });
});

describe("A leecher without a place left", () => {
  it("keeps a super-seed that announces its pieces one by one (BEP 16)", async () => {
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1", {}, {}, { maxPeers: 2 });
    const seed = await come("20.0.0.1");
    seed.onMessage = (message) =>
      message.type === "request" && seed.deliver(message.piece, message.begin, message.length);
    seed.send(encodeUnchoke(), encodeHave(0));
    await come("20.0.1.1");
    // A peer that cannot be reached.
    await stage.world.settled(leecher.torrent.addPeers(["30.0.0.1:6881"]), 5_000);
    await stage.world.run(4 * USELESS_MS);
    expect(leecher.torrent.swarm?.down.total).toBe(65_536);
    expect(seed.isClosed).toBe(false);
  });

  it("disconnects no peer while no candidate can be dialed", async () => {
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1", {}, {}, { maxPeers: 2 });
    await stage.world.settled(leecher.torrent.addPeers(["30.0.0.1:6881"]), 5_000);
    // It has failed several times: the next attempt is minutes away.
    await stage.world.run(6 * 60_000);
    const peers = [await come("20.0.0.1"), await come("20.0.1.1")];
    await stage.world.run(2 * USELESS_MS);
    expect(peers.map(({ isClosed }) => isClosed)).toEqual([false, false]);
  });
});

/** A peer with a remote and a local address, and no block since `lastMoved`. */
const idlePeer = (ip: string, local: string, lastMoved = 0): Peer =>
  ({
    address: ipPeer({ ip, port: 6881 }),
    connection: { local: { ip: local, port: 6881 } },
    flags: { amInterested: true, peerInterested: true },
    download: { meter: { total: 0 } },
    upload: { meter: { total: 0 } },
    pex: new PexSlot(),
    profile: {},
    connectedAt: 0,
    lastMovedAt: lastMoved,
  }) as unknown as Peer;

describe("leastUseful", () => {
  beforeAll(() => {
    stage = new Stage(play);
  });

  it("does not rank all IPv6 peers last when the newcomer is an IPv4 peer", () => {
    const newcomers = Array.from({ length: 100 }, (_, n) => ({
      remote: { ip: `20.${n}.0.1`, port: 6881 },
      local: { ip: "30.0.0.1", port: 6881 },
    }));
    const displaced = newcomers.filter(
      (newcomer, n) =>
        leastUseful([idlePeer(`2a01:${(n * 77).toString(16)}::1`, "2a02::1")], IDLE_MS, newcomer) !== undefined,
    );
    expect(displaced.length).toBeGreaterThan(20);
    expect(displaced.length).toBeLessThan(80);
  });

  it("does not replace the only peer of a network by a newcomer of a network that has fifty", () => {
    for (let n = 0; n < 100; n++) {
      const honest = idlePeer(`21.${n}.0.1`, "30.0.0.1");
      const many = Array.from({ length: 50 }, (_, k) => idlePeer(`66.6.6.${k + 1}`, "30.0.0.1", IDLE_MS));
      expect(
        leastUseful([honest, ...many], IDLE_MS, {
          remote: { ip: `66.6.6.${60 + n}`, port: 6881 },
          local: { ip: "30.0.0.1", port: 6881 },
        }),
      ).not.toBe(honest);
    }
  });
});
