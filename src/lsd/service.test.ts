import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { addressKey, InfoHash, NetworkError, type Endpoint } from "../base/index.ts";
import type { PeerSource } from "../discovery/index.ts";
import type { Log, MulticastSocket, Runtime } from "../runtime/index.ts";
import { simWorld, type SimHost, type World } from "../sim/index.ts";
import { ANNOUNCE_MS, INTERFACES_MS, MESSAGE_BURST, MESSAGES_IN_ALL, MIN_ANNOUNCE_MS } from "./limits.ts";
import { encodeSearch } from "./search.ts";
import { LocalDiscovery, LSD_GROUPS, type LocalDiscoveryOptions } from "./service.ts";

const [IPV4 = { ip: "", port: 0 }] = LSD_GROUPS;
const hashOf = (n: number): InfoHash => InfoHash.fromBytes(new Uint8Array(20).fill(n));
const world = (): World => simWorld({ digest });

/** A client's local discovery, and what it finds. */
class Node {
  readonly found: string[] = [];
  readonly warnings: string[] = [];
  readonly service: LocalDiscovery;
  readonly host: SimHost;
  readonly #sources = new Map<number, PeerSource>();

  constructor(host: SimHost, options: Partial<LocalDiscoveryOptions> = {}, runtime: Partial<Runtime> = {}) {
    this.host = host;
    const log: Log = {
      ...host.runtime.log,
      warn: (message, fields) => void this.warnings.push(`${message} ${JSON.stringify(fields)}`),
    };
    this.service = new LocalDiscovery({ runtime: { ...host.runtime, log, ...runtime }, ...options });
  }

  static async open(host: SimHost, torrents: readonly number[] = [], port = 6881, interfaces?: readonly string[]) {
    const node = new Node(host, { interfaces });
    await node.service.open(port);
    for (const torrent of torrents) node.start(torrent);
    return node;
  }

  start(torrent: number): void {
    const source = this.service.sourceFor(hashOf(torrent));
    this.#sources.set(torrent, source);
    source.start({
      infoHash: hashOf(torrent),
      found: (peers) => void this.found.push(...peers.map((peer) => `${torrent} ${addressKey(peer)}`)),
    });
  }

  async stop(torrent: number): Promise<void> {
    await this.#sources.get(torrent)?.stop();
  }
}

async function raw(host: SimHost): Promise<MulticastSocket & { readonly heard: string[] }> {
  const heard: string[] = [];
  const onDatagram = (bytes: Uint8Array): void => void heard.push(Buffer.from(bytes).toString());
  const socket = await host.runtime.multicast.open({ group: IPV4, hops: 1, onDatagram });
  socket.join("eth0");
  return Object.assign(socket, { heard });
}

describe("LocalDiscovery", () => {
  it("finds the clients with the same torrents in the local network, and never itself", async () => {
    const w = world();
    const a = await Node.open(w.host("10.0.0.1", { lan: "home" }), [1, 2]);
    const b = await Node.open(w.host("10.0.0.2", { lan: "home" }), [2, 3], 7_000);
    const c = await Node.open(w.host("10.0.1.1", { lan: "office" }), [1, 2, 3]);
    await w.run(ANNOUNCE_MS - 1_000);
    expect([a.found, b.found, c.found]).toEqual([["2 10.0.0.2:7000"], ["2 10.0.0.1:6881"], []]);
    expect(a.service.stats).toEqual({ interfaces: ["eth0"], sent: 1, received: 1, limited: 0, malformed: 0, found: 1 });
    await b.stop(2);
    await w.run(ANNOUNCE_MS);
    // Only the announce of torrent 3 follows, and no other client here has it.
    expect([a.found, b.found]).toEqual([["2 10.0.0.2:7000"], ["2 10.0.0.1:6881"]]);
    await Promise.all([a, b, c].map(({ service }) => service.close()));
    expect([a, b, c].map(({ host }) => host.timers)).toEqual([0, 0, 0]);
  });

  it("works over IPv6", async () => {
    const w = world();
    const a = await Node.open(w.host("2001:db8::1", { lan: "home" }), [1]);
    const b = await Node.open(w.host("2001:db8::2", { lan: "home" }), [1]);
    await w.run(1_000);
    expect([a.found, b.found]).toEqual([["1 [2001:db8::2]:6881"], ["1 [2001:db8::1]:6881"]]);
    await Promise.all([a, b].map(({ service }) => service.close()));
  });

  it("puts several torrents into a message with its port and cookie, and drops messages with its cookie", async () => {
    const w = world();
    const ear = await raw(w.host("10.0.0.9", { lan: "home" }));
    const a = await Node.open(w.host("10.0.0.1", { lan: "home" }), [1, 2]);
    await w.run(1_000);
    expect(ear.heard).toHaveLength(1);
    expect(ear.heard[0]).toMatch(
      /^BT-SEARCH \* HTTP\/1\.1\r\nHost: 239\.192\.152\.143:6771\r\nPort: 6881\r\nInfohash: (01){20}\r\nInfohash: (02){20}\r\ncookie: [0-9a-f]{16}\r\n\r\n\r\n$/,
    );
    // Another host's message with our cookie: it was not sent by us, yet there is no way to tell.
    ear.send(Buffer.from(ear.heard[0] ?? ""), "eth0");
    await w.run(1_000);
    expect([a.found, a.service.stats.received]).toEqual([[], 0]);
    await a.service.close();
  });

  it("announces nothing when peers cannot connect, and still finds peers", async () => {
    const w = world();
    const ear = await raw(w.host("10.0.0.9", { lan: "home" }));
    const a = await Node.open(w.host("10.0.0.1", { lan: "home" }), [1], 0);
    await w.run(1_000);
    expect(ear.heard).toEqual([]);
    ear.send(encodeSearch(IPV4, { port: 5, infoHashes: [hashOf(1).hex], cookie: undefined }), "eth0");
    await w.run(1_000);
    expect(a.found).toEqual(["1 10.0.0.9:5"]);
    await a.service.close();
  });

  it("ignores hosts that are not in the network of an interface, and what is no message", async () => {
    const w = world();
    const a = await Node.open(w.host("10.0.0.1", { lan: "home" }), [1]);
    const near = await raw(w.host("10.0.0.200", { lan: "home" }));
    // A router passes the message on, or the host sends it to the socket's address itself.
    const far = await raw(w.host("40.0.0.1", { lan: "home" }));
    const good = encodeSearch(IPV4, { port: 5, infoHashes: [hashOf(1).hex], cookie: undefined });
    far.send(good, "eth0");
    near.send(good.subarray(0, 60), "eth0");
    near.send(new Uint8Array(9_000), "eth0");
    await w.run(1_000);
    expect([a.found, a.service.stats]).toMatchObject([[], { received: 0, malformed: 2 }]);
    near.send(good, "eth0");
    await w.run(1_000);
    expect(a.found).toEqual(["1 10.0.0.200:5"]);
    await a.service.close();
  });

  it("reads a bounded number of messages, from one address and in all", async () => {
    const w = world();
    const a = await Node.open(w.host("10.0.0.1", { lan: "home" }), [1]);
    const senders = await Promise.all(
      Array.from({ length: 30 }, (_, n) => raw(w.host(`10.0.0.${n + 10}`, { lan: "home" }))),
    );
    const bytes = encodeSearch(IPV4, { port: 5, infoHashes: [hashOf(1).hex], cookie: undefined });
    const flood = (sender: MulticastSocket | undefined): void => {
      for (let n = 0; n < 40; n++) sender?.send(bytes, "eth0");
    };
    flood(senders[0]);
    await w.run(50);
    expect(a.found).toHaveLength(MESSAGE_BURST);
    // The other senders are heard in spite of the first one.
    senders[1]?.send(bytes, "eth0");
    await w.run(50);
    expect(a.found.at(-1)).toBe("1 10.0.0.11:5");
    senders.forEach(flood);
    await w.run(1_000);
    const { received, limited } = a.service.stats;
    expect(received).toBeLessThanOrEqual(2 * MESSAGES_IN_ALL);
    expect(received).toBeGreaterThan(5 * MESSAGE_BURST);
    expect(received + limited).toBe(31 * 40 + 1);
    await a.service.close();
  });

  it("uses interfaces that appear later, and announces there; leaves those that are gone", async () => {
    const w = world();
    const a = await Node.open(w.host("10.0.0.1"), [1]);
    const b = await Node.open(w.host("10.0.0.2", { lan: "home" }), [1]);
    await w.run(MIN_ANNOUNCE_MS / 2);
    expect(a.service.stats.interfaces).toEqual([]);
    a.host.lan = "home";
    await w.run(INTERFACES_MS + 1_000);
    expect([a.service.stats.interfaces, b.found]).toEqual([["eth0"], ["1 10.0.0.1:6881"]]);
    a.host.lan = undefined;
    await w.run(INTERFACES_MS);
    expect(a.service.stats.interfaces).toEqual([]);
    await Promise.all([a, b].map(({ service }) => service.close()));
  });

  it("uses the named interfaces alone, by name or address; with none it opens nothing", async () => {
    const w = world();
    const hosts = [1, 2, 3, 4, 5].map((n) => w.host(`10.0.0.${n}`, { lan: "home" }));
    const choices = [["eth0"], ["10.0.0.2"], ["eth1"], [], ["eth7", "*"]];
    const nodes = await Promise.all(hosts.map((host, n) => Node.open(host, [1], 6881, choices[n])));
    await w.run(1_000);
    expect(nodes.map(({ service }) => service.stats.interfaces)).toEqual([["eth0"], ["eth0"], [], [], ["eth0"]]);
    expect(nodes.map(({ found }) => found.length)).toEqual([2, 2, 0, 0, 2]);
    expect(nodes.map(({ warnings }) => warnings)).toEqual([
      [],
      [],
      ['local discovery: network interfaces do not exist now {"interfaces":"eth1"}'],
      [],
      ['local discovery: network interfaces do not exist now {"interfaces":"eth7"}'],
    ]);
    await Promise.all(nodes.map(({ service }) => service.close()));
  });

  it("warns once of what fails, and tries again", async () => {
    const w = world();
    const host = w.host("10.0.0.1", { lan: "home" });
    let isBroken = true;
    const { multicast } = host.runtime;
    const failing: Runtime["multicast"] = {
      ...multicast,
      open: (options) =>
        isBroken
          ? Promise.reject(new NetworkError("net.address-in-use", "port 6771 is in use"))
          : multicast.open(options),
    };
    const a = new Node(host, {}, { multicast: failing });
    await a.service.open(6881);
    a.start(1);
    await w.run(4 * INTERFACES_MS);
    expect(a.warnings).toEqual([
      'local discovery: a socket or network interface cannot be used {"reason":"port 6771 is in use"}',
    ]);
    isBroken = false;
    await w.run(INTERFACES_MS);
    expect(a.service.stats).toMatchObject({ interfaces: ["eth0"] });
    await a.service.close();
  });

  it("closes while it opens", async () => {
    const w = world();
    const host = w.host("10.0.0.1", { lan: "home" });
    const closed: Endpoint[] = [];
    const slow: Runtime["multicast"] = {
      ...host.runtime.multicast,
      open: async (options) => {
        await Promise.resolve();
        const socket = await host.runtime.multicast.open(options);
        return Object.assign(socket, { close: async () => void closed.push(options.group) });
      },
    };
    const a = new Node(host, {}, { multicast: slow });
    const opening = a.service.open(6881);
    await a.service.close();
    await opening;
    expect(closed).toEqual([IPV4]);
    expect(host.timers).toBe(0);
  });
});
