import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePlay, privatePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import { NetworkError } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { NatOptions } from "../../sim/index.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 8 * 65_536 });
});
afterEach(() => stage.close());

/** A runtime whose host can connect by UDP only. */
function withoutTcp(runtime: Runtime): Runtime {
  const connect = (): Promise<never> => Promise.reject(new NetworkError("net.unreachable", "a firewall drops it"));
  return { ...runtime, net: { ...runtime.net, connect } };
}

/** Adds a client behind a NAT that knows one peer. */
async function behindNat(ip: string, kind: NatOptions["kind"], peer: Actor, isSeed = false): Promise<Actor> {
  const host = stage.world.host(ip, { nat: { kind } });
  if (isSeed) for (const [path, bytes] of stage.play.files) host.disk.put(`/data/${path}`, bytes);
  return stage.enter(host, { runtime: withoutTcp(host.runtime) }, { peers: [peer.address] });
}

const ips = ({ torrent }: Actor): string[] =>
  torrent
    .peers()
    .map(({ ip }) => ip)
    .sort();

describe("Holepunch", () => {
  it("connects two clients behind port-restricted NATs that know a third one", async () => {
    stage = new Stage(play);
    const relay = await stage.leecher("10.0.0.1", {}, {}, { maxDownloadRate: 1_000 });
    const seed = await behindNat("10.0.0.2", "port-restricted-cone", relay, true);
    const leecher = await behindNat("10.0.0.3", "port-restricted-cone", relay);
    leecher.client.setRates({ maxDownloadRate: 1_000 });
    expect(await stage.world.until(() => ips(leecher).includes("10.0.0.2"), 300_000)).toBe(true);
    await stage.world.run(30_000);
    // One connection of the two that were made.
    expect([ips(leecher), ips(seed)]).toEqual([
      ["10.0.0.1", "10.0.0.2"],
      ["10.0.0.1", "10.0.0.3"],
    ]);
    leecher.client.setRates({ maxDownloadRate: 0 });
    await stage.world.settled(leecher.torrent.done, 300_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });

  it("asks for nothing when a plain dial succeeds, and does not punch through symmetric NATs", async () => {
    stage = new Stage(play);
    const relay = await stage.leecher("10.0.0.1", {}, {}, { maxDownloadRate: 1_000 });
    const open = await stage.leecher("10.0.0.2", { peers: [relay.address] }, {}, { maxDownloadRate: 1_000 });
    const one = await behindNat("10.0.0.3", "symmetric", relay);
    const other = await behindNat("10.0.0.4", "symmetric", relay);
    await stage.world.until(() => ips(one).includes(open.host.ip) && ips(other).includes(open.host.ip), 300_000);
    await stage.world.run(120_000);
    expect([ips(one), ips(other)]).toEqual([
      ["10.0.0.1", "10.0.0.2"],
      ["10.0.0.1", "10.0.0.2"],
    ]);
  });

  it("is not offered for private torrents (BEP 27)", async () => {
    stage = new Stage(privatePlay(play));
    const relay = await stage.leecher("10.0.0.1", {}, {}, { maxDownloadRate: 1_000 });
    const one = await behindNat("10.0.0.2", "port-restricted-cone", relay, true);
    const other = await behindNat("10.0.0.3", "port-restricted-cone", relay);
    await stage.world.run(200_000);
    expect([ips(one), ips(other)]).toEqual([["10.0.0.1"], ["10.0.0.1"]]);
    const [peer] = relay.torrent.swarm?.peers ?? [];
    expect(peer?.extensions.offered.has("ut_holepunch")).toBe(false);
  });
});
