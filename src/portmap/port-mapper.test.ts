import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { ScriptedGateway, type GatewayScript } from "../../test/support/scripted-gateway.ts";
import { NetworkError } from "../base/index.ts";
import { simWorld, type World } from "../sim/index.ts";
import { MAX_RENEW_MS, RETRY_MS } from "./limits.ts";
import { PortMapper, type PortMappingState } from "./port-mapper.ts";

const GATEWAY = "192.168.0.1";
let world: World;
let mapper: PortMapper | undefined;
afterEach(async () => {
  if (mapper !== undefined) await world.settled(mapper.close(), 10_000);
  mapper = undefined;
});

/** A host with a router that speaks what the script says, and the states of its mapper. */
async function stage(script: Partial<GatewayScript>) {
  world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
  const gateway = await ScriptedGateway.start(world.host(GATEWAY).runtime, GATEWAY, script);
  const host = world.host("192.168.0.7");
  host.gateway = GATEWAY;
  const states: PortMappingState[] = [];
  mapper = new PortMapper({ runtime: host.runtime, port: 6_881, onChange: (state) => void states.push(state) });
  await world.run(15_000);
  return { gateway, host, states, mapper };
}

const PROTOCOLS = [
  ["pcp", { pcp: true }],
  ["nat-pmp", { natPmp: true }],
  ["upnp", { upnp: true }],
] as const;

describe("PortMapper", () => {
  it.each(PROTOCOLS)(
    "maps both protocols by %s, and removes the mappings when it is closed",
    async (method, script) => {
      const { gateway, host, states, mapper } = await stage(script);
      expect(states).toEqual([
        { kind: "mapped", method, gateway: GATEWAY, externalIp: "9.8.7.6", tcp: 6_881, udp: 6_881 },
      ]);
      expect([...gateway.mappings.keys()].sort()).toEqual(["tcp 6881", "udp 6881"]);
      await world.settled(mapper.close(), 2_000);
      expect([...gateway.mappings]).toEqual([]);
      expect(host.timers).toBe(0);
    },
  );

  it.each(PROTOCOLS)("takes another external port by %s when the wanted one is taken", async (_, script) => {
    const { gateway, mapper } = await stage({ ...script, taken: new Set([6_881]) });
    const { state } = mapper;
    if (state.kind !== "mapped") throw new Error(state.kind);
    expect(state.tcp).not.toBe(6_881);
    expect(gateway.mappings.get(`tcp ${state.tcp}`)?.internalPort).toBe(6_881);
    expect(gateway.mappings.get(`udp ${state.udp}`)?.internalPort).toBe(6_881);
  });

  it.each(PROTOCOLS)("follows a changed external port and address by %s", async (_, script) => {
    const { gateway, states } = await stage(script);
    gateway.restart();
    gateway.script.taken.add(6_881);
    gateway.script.externalIp = "5.5.5.5";
    await world.run(MAX_RENEW_MS);
    const last = states.at(-1);
    if (last?.kind !== "mapped") throw new Error(last?.kind);
    expect(last.externalIp).toBe("5.5.5.5");
    expect(last.tcp).not.toBe(6_881);
    expect(gateway.mappings.has(`tcp ${last.tcp}`)).toBe(true);
  });

  it("renews a short lease before it ends", async () => {
    const { gateway } = await stage({ natPmp: true, maxLeaseS: 120 });
    const before = gateway.heard.natPmp;
    await world.run(115_000);
    expect(gateway.heard.natPmp).toBeGreaterThan(before);
  });

  it("maps without an end where UPnP has no leases", async () => {
    const { gateway } = await stage({ upnp: true, permanentOnly: true });
    expect(gateway.mappings.get("tcp 6881")?.leaseS).toBe(0);
  });

  it("tries again after a minute, and then less often, while the router does not respond", async () => {
    const { gateway, states } = await stage({});
    expect(states).toMatchObject([{ kind: "failed", code: "portmap.silent" }]);
    gateway.script.upnp = true;
    await world.run(RETRY_MS + 15_000);
    expect(states.at(-1)).toMatchObject({ kind: "mapped", method: "upnp" });
  });

  it("tells the router's reason for a refusal", async () => {
    const { states } = await stage({ pcp: true, refuses: 2 });
    expect(states).toMatchObject([
      { kind: "failed", code: "portmap.refused", reason: "it is switched off in the router" },
    ]);
  });

  it("says when the host has no router, and maps the port when it gets one", async () => {
    world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
    await ScriptedGateway.start(world.host(GATEWAY).runtime, GATEWAY, { pcp: true });
    const host = world.host("192.168.0.7");
    mapper = new PortMapper({ runtime: host.runtime, port: 6_881 });
    await world.run(1_000);
    expect(mapper.state).toMatchObject({ kind: "failed", code: "portmap.no-gateway" });
    host.gateway = GATEWAY;
    await world.run(RETRY_MS);
    expect(mapper.state).toMatchObject({ kind: "mapped", method: "pcp" });
  });

  it.each(PROTOCOLS)("removes a mapping by %s whose reply it did not await", async (_, script) => {
    world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
    const gateway = await ScriptedGateway.start(world.host(GATEWAY).runtime, GATEWAY, script);
    const host = world.host("192.168.0.7");
    host.gateway = GATEWAY;
    mapper = new PortMapper({ runtime: host.runtime, port: 6_881 });
    await world.until(() => gateway.mappings.size > 0, 60_000);
    expect(mapper.state.kind).toBe("mapping");
    await world.settled(mapper.close(), 2_000);
    await world.run(1_000);
    expect([...gateway.mappings.keys()]).toEqual([]);
    expect(host.timers).toBe(0);
  });

  it("tries the next gateway when UPnP cannot be searched at the first one", async () => {
    world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
    await ScriptedGateway.start(world.host(GATEWAY).runtime, GATEWAY, { pcp: true });
    const { runtime } = world.host("192.168.0.7");
    const gateways = { find: async () => [gone, { ip: GATEWAY, localIp: "192.168.0.7" }] };
    const gone = { ip: "10.0.0.1", localIp: "10.0.0.9" };
    const datagrams: typeof runtime.datagrams = {
      bind: async (options) => {
        if (options.ip === gone.localIp) throw new NetworkError("net.failed", "no such address");
        return runtime.datagrams.bind(options);
      },
    };
    mapper = new PortMapper({ runtime: { ...runtime, gateways, datagrams }, port: 6_881 });
    await world.run(15_000);
    expect(mapper.state).toMatchObject({ kind: "mapped", gateway: GATEWAY });
  });

  it("closes in two seconds although the router is gone", async () => {
    const { host, mapper } = await stage({ pcp: true });
    host.isUnplugged = true;
    await world.settled(mapper.close(), 2_100);
    expect(host.timers).toBe(0);
  });
});
