import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { DhtNet } from "../../../test/support/dht-net.ts";
import { ScriptedGateway } from "../../../test/support/scripted-gateway.ts";
import { makePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import { MAX_RENEW_MS } from "../../portmap/index.ts";
import type { ClientOptions } from "../index.ts";
import { ClientPortMapping } from "./port-mapping.ts";

const GATEWAY = "192.168.0.1";
const TRACKER = "70.1.1.1";
let play: Play;
let stage: Stage;
let gateway: ScriptedGateway;
/** The ports in announces to the tracker, and their events. */
let announces: string[] = [];
beforeAll(async () => {
  play = await makePlay({ "a.bin": 100_000 });
});
afterEach(() => stage.close());

/** A client behind a router that speaks PCP, with a torrent that has a tracker. */
async function enter(options: Partial<ClientOptions> = {}, taken: readonly number[] = []): Promise<Actor> {
  stage = new Stage(play);
  announces = [];
  await stage.world.host(TRACKER).runtime.httpServers.serve({
    ip: TRACKER,
    port: 80,
    onRequest: ({ target }) => {
      const { searchParams } = new URL(target, "http://tracker/");
      announces.push(`${searchParams.get("port") ?? ""} ${searchParams.get("event") ?? ""}`.trim());
      return { status: 200, body: "d8:intervali1800e5:peers0:e" };
    },
  });
  const router = stage.world.host(GATEWAY);
  gateway = await ScriptedGateway.start(router.runtime, GATEWAY, { pcp: true, taken: new Set(taken) });
  const host = stage.world.host("60.5.5.5");
  host.gateway = GATEWAY;
  const actor = await stage.enter(
    host,
    { portMapping: true, ...options },
    { extraTrackers: [`http://${TRACKER}/announce`] },
  );
  await stage.world.run(5_000);
  return actor;
}

describe("Client with port mapping", () => {
  it("maps its port, and removes the mapping when it is closed", async () => {
    const { client } = await enter();
    expect(client.portMapping).toMatchObject({ kind: "mapped", tcp: 6_881, udp: 6_881, externalIp: "9.8.7.6" });
    expect([...gateway.mappings.keys()].sort()).toEqual(["tcp 6881", "udp 6881"]);
    expect(announces).toEqual(["6881 started"]);
    await stage.world.settled(client.close(), 10_000);
    expect([...gateway.mappings]).toEqual([]);
    expect(announces).toEqual(["6881 started", "6881 stopped"]);
  });

  it("announces the external port to trackers, and another one when it changes", async () => {
    const { client } = await enter({}, [6_881]);
    expect(announces).toEqual(["6881 started", "6882"]);
    gateway.restart();
    gateway.script.taken.add(6_882);
    await stage.world.run(MAX_RENEW_MS + 5_000);
    expect(announces).toEqual(["6881 started", "6882", "6883"]);
    await stage.world.settled(client.close(), 10_000);
    expect(announces.at(-1)).toBe("6883 stopped");
  });

  it("announces the external port in the DHT", async () => {
    stage = new Stage(play);
    const net = new DhtNet(stage.world);
    await net.grow(12);
    gateway = await ScriptedGateway.start(stage.world.host(GATEWAY).runtime, GATEWAY, {
      pcp: true,
      taken: new Set([6_881]),
    });
    const host = stage.world.host("60.5.5.5");
    host.gateway = GATEWAY;
    await stage.enter(host, { portMapping: true, dht: { bootstrap: net.bootstrap, readOnly: false } });
    await stage.world.run(20_000);
    const { peers } = await stage.world.settled(net.at(9).dht.findPeers(play.metainfo.id), 10_000);
    expect(peers).toContainEqual({ ip: "60.5.5.5", port: 6_882 });
    await stage.close();
    await net.close();
  });

  it("is switched off and on at run time", async () => {
    const { client } = await enter({}, [6_881]);
    await stage.world.settled(client.setPortMapping(false), 5_000);
    await stage.world.run(1_000);
    expect([client.portMapping, gateway.mappings.size, announces.at(-1)]).toEqual([undefined, 0, "6881"]);
    await stage.world.settled(client.setPortMapping(true), 5_000);
    await stage.world.run(5_000);
    expect([client.portMapping?.kind, gateway.mappings.size, announces.at(-1)]).toEqual(["mapped", 2, "6882"]);
  });

  it.each([
    ["does not listen", { port: false as const }],
    ["does not want it", { portMapping: false }],
  ])("maps nothing when it %s", async (_, options) => {
    const { client } = await enter(options);
    expect([client.portMapping, gateway.heard.pcp]).toEqual([undefined, 0]);
  });

  it("maps nothing when it listens to the loopback address only", async () => {
    const { runtime } = await enter({ portMapping: false });
    const mapping = new ClientPortMapping({ listenIp: "127.0.0.1", portMapping: true }, runtime);
    mapping.open(6_881);
    await stage.world.run(5_000);
    expect([mapping.state, gateway.heard.pcp]).toEqual([undefined, 0]);
  });
});
