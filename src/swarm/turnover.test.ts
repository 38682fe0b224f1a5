import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import type { SimHost } from "../sim/index.ts";
import {
  encodeBitfield,
  encodeExtended,
  encodeExtendedHandshake,
  encodeInterested,
  encodeRequest,
} from "../wire/index.ts";
import { IDLE_MS, MAX_PEERS_PER_ADDRESS, USELESS_MS } from "./limits.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 8 * 65_536 });
});
afterEach(() => stage.close());

const PLACES = 10;

const hosts = new WeakMap<Stage, Map<string, SimHost>>();

/** The host at an address; later calls return the same one. */
function hostAt(ip: string): SimHost {
  const known = hosts.get(stage) ?? new Map<string, SimHost>();
  const host = known.get(ip) ?? stage.world.host(ip);
  hosts.set(stage, known.set(ip, host));
  return host;
}

async function come(ip: string, name = ip): Promise<ScriptedPeer> {
  const out = new ScriptedPeer(hostAt(ip).runtime, play);
  await stage.world.settled(out.dial("10.0.0.1", { name }), 10_000);
  out.stay();
  await stage.world.run(200);
  return out;
}

/** A seed with every place taken by peers at `ip(n)`. */
async function full(ip: (n: number) => string, options: { readonly interested: boolean }): Promise<ScriptedPeer[]> {
  stage = new Stage(play);
  await stage.seeder("10.0.0.1", {}, { maxPeers: PLACES, uploadSlots: PLACES });
  const peers: ScriptedPeer[] = [];
  for (let n = 0; n < PLACES; n++) {
    const peer = await come(ip(n));
    if (options.interested) peer.send(encodeInterested());
    peers.push(peer);
  }
  return peers;
}

/** Requests a block every two seconds. */
function move(peer: ScriptedPeer): void {
  const ask = (): void => {
    peer.send(encodeRequest(0, 0, 16_384));
    peer.later(2_000, ask);
  };
  ask();
}

const spread = (n: number): string => `20.0.${n}.1`;

describe("Swarm without a place left", () => {
  it("disconnects a useless peer for any newcomer, but not at once", async () => {
    const idle = await full(spread, { interested: false });
    const early = await come("20.1.0.1");
    expect(early.isClosed).toBe(true);
    await stage.world.run(USELESS_MS);
    for (let n = 0; n < PLACES; n++) expect((await come(`20.1.${n}.1`)).isClosed).toBe(false);
    expect(idle.every(({ isClosed }) => isClosed)).toBe(true);
    expect((await come("20.1.99.1")).isClosed).toBe(true);
  });

  it("keeps peers with which blocks pass, for any newcomer", async () => {
    const busy = await full(spread, { interested: true });
    for (const peer of busy) move(peer);
    await stage.world.run(2 * IDLE_MS);
    for (let n = 0; n < 30; n++) await come(`21.0.${n}.1`);
    expect(busy.map(({ isClosed }) => isClosed)).toEqual(busy.map(() => false));
  });

  it("replaces one of many idle peers of a network by a newcomer", async () => {
    const idle = await full((n) => `20.0.0.${n + 1}`, { interested: true });
    await stage.world.run(IDLE_MS);
    for (let n = 0; n < PLACES / 2 - 1; n++) expect((await come(`20.1.${n}.1`)).isClosed).toBe(false);
    expect(idle.filter(({ isClosed }) => !isClosed)).toHaveLength(PLACES / 2 + 1);
  });

  it("decides by priority (BEP 40) among idle peers of different networks, and refuses the same peer again", async () => {
    await full(spread, { interested: true });
    await stage.world.run(IDLE_MS);
    const newcomers: ScriptedPeer[] = [];
    for (let n = 0; n < 3 * PLACES; n++) {
      const newcomer = await come(`21.0.${n}.1`);
      if (!newcomer.isClosed) newcomer.send(encodeInterested());
      newcomers.push(newcomer);
    }
    const taken = newcomers.filter(({ isClosed }) => !isClosed).length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(PLACES);
    const at = newcomers.findIndex(({ isClosed }) => isClosed);
    expect((await come(`21.0.${at}.1`)).isClosed).toBe(true);
  });

  it("dials candidates in place of useless peers, while it wants data", async () => {
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1", {}, {}, { maxPeers: 3 });
    for (let n = 0; n < 3; n++) await come(spread(n));
    const seeder = await stage.seeder("10.0.0.2", {}, { maxPeers: 100 });
    await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 3 * USELESS_MS)).toBe(true);
  });

  it("frees a place when idle peers of another torrent hold all connections of the client", async () => {
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1", {}, {}, { maxConnections: 3 });
    for (let n = 0; n < 3; n++) await come(spread(n));
    const other = await makePlay({ "other.bin": 50_000 });
    const added = await stage.world.settled(leecher.client.add(other.metainfo), 1_000);
    await stage.world.run(USELESS_MS);
    const newcomer = new ScriptedPeer(stage.world.host("20.3.0.1").runtime, other);
    await stage.world.settled(newcomer.dial("10.0.0.1"), 10_000);
    await stage.world.run(500);
    expect([newcomer.isClosed, added.peers().length]).toEqual([false, 1]);
  });
});

describe("Swarm and an address with many connections", () => {
  it.each([
    ["20.0.0.1", MAX_PEERS_PER_ADDRESS],
    ["10.9.9.9", 50],
  ])("bounds the connections of %s: %i", async (ip, most) => {
    stage = new Stage(play);
    const { torrent } = await stage.seeder("10.0.0.1", {}, { maxPeers: 100 });
    for (let n = 0; n < most + 5; n++) await come(ip, `peer ${n}`);
    expect(torrent.peers().length).toBe(most);
    expect((await come("20.0.0.2")).isClosed).toBe(false);
  });
});

describe("Swarm and a peer id that is connected already", () => {
  it("connects to both peers when they are at two addresses", async () => {
    stage = new Stage(play);
    await stage.seeder("10.0.0.1");
    const [first, second] = [await come("20.0.0.1", "same"), await come("20.0.0.2", "same")];
    expect([first.isClosed, second.isClosed]).toEqual([false, false]);
  });

  it("refuses a second connection from the address while the first is new or in use, and replaces a stale one", async () => {
    stage = new Stage(play);
    await stage.seeder("10.0.0.1");
    const first = await come("20.0.0.1", "same");
    expect((await come("20.0.0.1", "same")).isClosed).toBe(true);
    first.send(encodeInterested());
    move(first);
    await stage.world.run(5 * USELESS_MS + 500);
    expect((await come("20.0.0.1", "same")).isClosed).toBe(true);
    expect(first.isClosed).toBe(false);
    const stale = await come("20.0.0.2", "other");
    await stage.world.run(USELESS_MS);
    const again = await come("20.0.0.2", "other");
    expect([stale.isClosed, again.isClosed]).toEqual([true, false]);
  });
});

describe("Swarm and a peer that sends listening ports", () => {
  it("keeps one address to dial for each connection, the first that was sent", async () => {
    stage = new Stage(play);
    const { torrent } = await stage.leecher("10.0.0.1");
    const peer = new ScriptedPeer(stage.world.host("20.0.0.1").runtime, play);
    await stage.world.settled(peer.dial("10.0.0.1", { extended: true }), 10_000);
    for (let port = 1; port <= 5_000; port++)
      peer.send(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map(), port })));
    peer.send(encodeBitfield(new Uint8Array([0])));
    await stage.world.run(5_000);
    expect(torrent.swarm?.candidates.size).toBe(1);
    expect(torrent.peers().length).toBe(1);
  });
});
