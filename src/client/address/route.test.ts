import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePlay, Stage, type Play } from "../../../test/support/stage.ts";
import type { Route } from "../../runtime/index.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 3_000_000 });
});
afterEach(() => stage.close());

/** The route of a host whose only interface comes and goes. */
class FakeRoute implements Route {
  readonly mayBypassProxy = false;
  readonly #listeners = new Set<() => void>();
  #ips: readonly string[] = [];

  get binding() {
    return { bind: "tun0", ips: this.#ips };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  set(...ips: string[]): void {
    this.#ips = ips;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

describe("Client on an interface that comes and goes", () => {
  it("dials no peer while it is down, and at once when it is up", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 100_000 });
    const host = stage.world.host("10.0.0.2");
    const route = new FakeRoute();
    const { client, torrent } = await stage.enter(
      host,
      { runtime: { ...host.runtime, route } },
      { peers: [seeder.address] },
    );
    await stage.world.run(60_000);
    expect(seeder.torrent.peers()).toEqual([]);
    expect(torrent.status().knownPeers).toBe(1);
    route.set("10.0.0.2");
    await stage.world.run(1_000);
    expect(torrent.peers().length).toBe(1);
    await stage.world.settled(client.close(), 60_000);
    expect(route.listeners).toBe(0);
  });

  it("ends connections over uTP when the address changes, and makes them again within seconds", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 100_000 });
    const host = stage.world.host("10.0.0.2");
    const route = new FakeRoute();
    route.set("10.0.0.2");
    const { torrent } = await stage.enter(
      host,
      { runtime: { ...host.runtime, route, net: { ...host.runtime.net, connect: refuse } } },
      { peers: [seeder.address] },
    );
    await stage.world.until(() => torrent.peers().length === 1, 10_000);
    route.set();
    await stage.world.run(500);
    expect(torrent.peers()).toEqual([]);
    route.set("10.0.0.2");
    await stage.world.until(() => torrent.peers().length === 1, 10_000);
  });

  it("announces to its trackers at once when it is up", async () => {
    stage = new Stage(play);
    const host = stage.world.host("10.0.0.2");
    const route = new FakeRoute();
    let announces = 0;
    await stage.world.host("10.0.0.9").runtime.httpServers.serve({
      ip: "10.0.0.9",
      port: 80,
      onRequest: () => {
        announces++;
        return { status: 200, body: "d8:intervali1800e5:peers0:e" };
      },
    });
    route.set("10.0.0.2");
    const { torrent } = await stage.enter(
      host,
      { runtime: { ...host.runtime, route } },
      { extraTrackers: ["http://10.0.0.9/announce"] },
    );
    await stage.world.run(5_000);
    expect(announces).toBe(1);
    route.set();
    route.set("10.0.0.3");
    await stage.world.run(2_000);
    expect(announces).toBe(2);
    expect(torrent.state.kind).toBe("downloading");
  });
});

describe("Client behind a proxy that its datagrams may bypass", () => {
  it("uses no uTP, also when it is switched on later", async () => {
    stage = new Stage(play);
    const host = stage.world.host("10.0.0.2");
    const route: Route = { mayBypassProxy: true, binding: undefined, onChange: () => () => undefined };
    let bound = 0;
    const datagrams: typeof host.runtime.datagrams = {
      bind: (options) => {
        bound++;
        return host.runtime.datagrams.bind(options);
      },
    };
    const { client } = await stage.enter(host, { utp: true, runtime: { ...host.runtime, route, datagrams } });
    await stage.world.settled(client.setUtp(true), 1_000);
    await stage.world.run(1_000);
    expect(bound).toBe(0);
  });
});

function refuse(): Promise<never> {
  return Promise.reject(new Error("no TCP here"));
}
