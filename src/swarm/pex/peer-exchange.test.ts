import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../../test/support/scripted-peer.ts";
import { makePlay, privatePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import { formatEndpoint, type Endpoint } from "../../base/index.ts";
import { Client } from "../../client/index.ts";
import {
  beginsWithHandshake,
  decodeExtendedHandshake,
  encodeExtended,
  encodeExtendedHandshake,
  encodeMessages,
  MAX_PEX_PEERS,
  NO_PEX_FLAGS,
  utPex,
  type PexFlags,
} from "../../wire/index.ts";
import { PEX_INTERVAL_MS } from "../limits.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 8 * 65_536 });
});
afterEach(() => stage.close());

/** The id at which our scripted peers want `ut_pex`. */
const PEX_ID = 9;

/** A scripted peer that supports `ut_pex` and names its port. */
class PexPeer {
  readonly script: ScriptedPeer;

  constructor(ip: string, of: Play, line = {}) {
    this.script = new ScriptedPeer(stage.world.host(ip, line).runtime, of);
  }

  static async meet(ip: string, to: string, of = play, port: number | "none" = 7_000): Promise<PexPeer> {
    const peer = new PexPeer(ip, of);
    await stage.world.settled(peer.script.dial(to, { extended: true, name: ip }), 10_000);
    peer.script.stay();
    const extensions = new Map([[utPex.name, PEX_ID]]);
    peer.script.send(
      encodeExtended(0, encodeExtendedHandshake({ extensions, port: port === "none" ? undefined : port })),
    );
    await stage.world.run(200);
    return peer;
  }

  /** What the client's extended handshakes have for `ut_pex`, in their order. */
  get offers(): (number | undefined)[] {
    return this.script
      .of("extended")
      .filter(({ message }) => message.id === 0)
      .map(({ message }) => decodeExtendedHandshake(message.payload).extensions.get(utPex.name));
  }

  /** The received messages: when, and `IP:PORT` of the peers added and dropped. */
  get received(): { readonly at: number; readonly added: string[]; readonly dropped: string[] }[] {
    return this.script
      .of("extended")
      .filter(({ message }) => message.id === PEX_ID)
      .map(({ at, message }) => {
        const { added, dropped } = utPex.decode(message.payload);
        return { at, added: added.map(formatEndpoint), dropped: dropped.map(formatEndpoint) };
      });
  }

  /** Sends a message that adds peers. `id`: the client's for `ut_pex`. */
  add(endpoints: readonly Endpoint[], flags: PexFlags = NO_PEX_FLAGS, id = this.offers[0] ?? 1): void {
    const added = endpoints.map((endpoint) => ({ ...endpoint, flags }));
    this.script.send(encodeMessages([{ type: "extended", id, payload: utPex.encode({ added, dropped: [] }) }]));
  }
}

const ips = ({ torrent }: Pick<Actor, "torrent">): string[] =>
  torrent
    .peers()
    .map(({ ip }) => ip)
    .sort();

describe("Peer exchange", () => {
  it("connects two clients that know the same third one", async () => {
    stage = new Stage(play);
    const a = await stage.leecher("10.0.0.1");
    const b = await stage.leecher("10.0.0.2", { peers: [a.address] });
    const c = await stage.leecher("10.0.0.3", { peers: [a.address] });
    const isMet = (): boolean => b.torrent.peers().length === 2 && c.torrent.peers().length === 2;
    expect(await stage.world.until(isMet, 2 * PEX_INTERVAL_MS)).toBe(true);
    expect([ips(b), ips(c)]).toEqual([
      ["10.0.0.1", "10.0.0.3"],
      ["10.0.0.1", "10.0.0.2"],
    ]);
    await stage.world.run(5 * PEX_INTERVAL_MS);
    expect(isMet()).toBe(true);
  });

  it("finds the seed of a magnet link", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", {}, { maxUploadRate: 20_000 });
    const { runtime } = stage.world.host("10.0.0.4");
    const client = new Client({ runtime, downloadDir: "/data", port: 6881 });
    const torrent = await stage.world.settled(client.add(play.metainfo.id.hex), 1_000);
    const peer = await PexPeer.meet("10.0.0.5", "10.0.0.4");
    peer.add([{ ip: "10.0.0.1", port: 6881 }]);
    await stage.world.settled(torrent.done, 120_000);
    expect(seeder.torrent.status().uploaded).toBeGreaterThan(0);
    await stage.world.settled(client.close(), 60_000);
  });

  it("sends at most one message a minute, of at most 50 peers added and dropped, each change once", async () => {
    stage = new Stage(play);
    await stage.leecher("10.0.0.1", {}, {}, { maxPeers: 200 });
    const watcher = await PexPeer.meet("10.0.0.2", "10.0.0.1");
    await stage.world.run(3 * PEX_INTERVAL_MS);
    expect(watcher.received).toEqual([]);
    const crowd: PexPeer[] = [];
    for (let n = 0; n < 70; n++) crowd.push(await PexPeer.meet(`10.0.1.${n}`, "10.0.0.1"));
    await stage.world.run(3 * PEX_INTERVAL_MS);
    const [first, second, third] = watcher.received;
    const soon = first?.added.length ?? 0;
    expect(first?.added[0]).toBe("10.0.1.0:7000");
    expect(soon).toBeLessThan(10);
    expect([second?.added.length, third?.added.length]).toEqual([MAX_PEX_PEERS, 70 - soon - MAX_PEX_PEERS]);
    const all = watcher.received.flatMap(({ added }) => added);
    expect([all.length, new Set(all).size]).toEqual([70, 70]);
    expect(all).not.toContain("10.0.0.2:7000");

    for (const { script } of crowd.slice(10)) script.close();
    await stage.world.run(3 * PEX_INTERVAL_MS);
    const dropped = watcher.received.map((message) => message.dropped.length).filter((count) => count > 0);
    expect(dropped).toEqual([MAX_PEX_PEERS, 10]);
    const times = watcher.received.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    // Their ways here differ by some milliseconds.
    expect(Math.min(...gaps)).toBeGreaterThan(PEX_INTERVAL_MS - 100);
  });

  it("sends peers that have an address to dial, with flags for seeds and for addresses that it has dialed", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.9", {}, { maxUploadRate: 1_000 });
    await stage.leecher("10.0.0.1", { peers: [seeder.address] });
    await PexPeer.meet("10.0.0.3", "10.0.0.1", play, "none");
    await PexPeer.meet("10.0.0.4", "10.0.0.1");
    const watcher = await PexPeer.meet("10.0.0.2", "10.0.0.1");
    await stage.world.run(3_000);
    const [message] = watcher.script.of("extended").filter(({ message: { id } }) => id === PEX_ID);
    const { added } = utPex.decode(message?.message.payload ?? new Uint8Array());
    const byAddress = Object.fromEntries(added.map((peer) => [formatEndpoint(peer), peer.flags]));
    expect(byAddress).toEqual({
      "10.0.0.9:6881": { ...NO_PEX_FLAGS, isSeed: true, supportsHolepunch: true, isReachable: true },
      "10.0.0.4:7000": NO_PEX_FLAGS,
    });
  });

  it("marks peers that have encrypted or begun so; such a peer is dialed with encryption", async () => {
    stage = new Stage(play);
    const encryption = "allowed";
    await stage.leecher("10.0.0.1", {}, {}, { encryption });
    // Their connections go on in plaintext, with RC4, and without a handshake of the encryption.
    for (const [ip, policy] of [
      ["10.0.0.3", "preferred"],
      ["10.0.0.4", "required"],
      ["10.0.0.5", "disabled"],
    ] as const)
      await stage.leecher(ip, { peers: ["10.0.0.1:6881"] }, {}, { encryption: policy, maxPeers: 1 });
    await stage.world.run(1_000);
    const watcher = await PexPeer.meet("10.0.0.2", "10.0.0.1");
    await stage.world.run(3_000);
    const [message] = watcher.script.of("extended").filter(({ message: { id } }) => id === PEX_ID);
    const { added } = utPex.decode(message?.message.payload ?? new Uint8Array());
    expect(Object.fromEntries(added.map(({ ip, flags }) => [ip, flags.prefersEncryption]))).toEqual({
      "10.0.0.3": true,
      "10.0.0.4": true,
      "10.0.0.5": false,
    });

    const others = await Promise.all(
      ["10.0.0.6", "10.0.0.7"].map(async (ip) => {
        const kinds: boolean[] = [];
        const { net } = stage.world.host(ip).runtime;
        const onData = (chunk: Uint8Array): void => void kinds.push(beginsWithHandshake(chunk) === true);
        const handlers = { onData, onDrain: () => undefined, onClose: () => undefined };
        await net.listen({ ip, port: 6881, onSocket: (socket) => socket.start(handlers) });
        return { kinds, endpoint: { ip, port: 6881 } };
      }),
    );
    const [willing, other] = others;
    if (willing === undefined || other === undefined) throw new Error("no peers");
    const id = watcher.offers[0] ?? 1;
    const payload = utPex.encode({
      added: [
        { ...willing.endpoint, flags: { ...NO_PEX_FLAGS, prefersEncryption: true } },
        { ...other.endpoint, flags: NO_PEX_FLAGS },
      ],
      dropped: [],
    });
    watcher.script.send(encodeMessages([{ type: "extended", id, payload }]));
    await stage.world.until(() => willing.kinds.length > 0 && other.kinds.length > 0, 10_000);
    expect([willing.kinds[0], other.kinds[0]]).toEqual([false, true]);
  });

  it("adds no more than 50 peers a minute from a peer that sends thousands of messages", async () => {
    stage = new Stage(play);
    const { torrent } = await stage.leecher("10.0.0.1");
    const hostile = await PexPeer.meet("30.0.0.1", "10.0.0.1");
    const before = torrent.swarm?.candidates.size ?? 0;
    for (let n = 0; n < 3_000; n++) {
      const endpoints = Array.from({ length: 200 }, (_, k) => ({ ip: `40.${n >> 8}.${n & 255}.${k + 1}`, port: 6881 }));
      hostile.add(endpoints);
      await stage.world.run(100);
    }
    // Five minutes: the first message, and one each 50 s.
    const added = (torrent.swarm?.candidates.size ?? 0) - before;
    expect(added).toBeGreaterThanOrEqual(2 * MAX_PEX_PEERS);
    expect(added).toBeLessThanOrEqual(8 * MAX_PEX_PEERS);
    expect(hostile.script.isClosed).toBe(false);
  });

  it("counts a peer that floods it as useless, and disconnects it for a newcomer", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", {}, { maxPeers: 2 });
    const others = [await PexPeer.meet("30.0.0.1", "10.0.0.1"), await PexPeer.meet("31.0.0.1", "10.0.0.1")];
    const [hostile, honest] = others;
    for (const { script } of others) script.send(encodeMessages([{ type: "interested" }]));
    for (let n = 0; n < 100; n++) hostile?.add([]);
    await stage.world.run(1_000);
    await PexPeer.meet("32.0.0.1", "10.0.0.1");
    expect([hostile?.script.isClosed, honest?.script.isClosed]).toEqual([true, false]);
    expect(seeder.torrent.peers()).toHaveLength(2);
  });

  it("takes one port of a public address from a message, and no private address from a public peer", async () => {
    stage = new Stage(play);
    const { torrent } = await stage.leecher("10.0.0.1", {}, {}, { maxPeers: 1 });
    const peer = await PexPeer.meet("30.0.0.1", "10.0.0.1");
    const before = torrent.status().knownPeers;
    peer.add([
      ...Array.from({ length: 9 }, (_, n) => ({ ip: "40.0.0.1", port: 6881 + n })),
      { ip: "127.0.0.1", port: 80 },
      { ip: "192.168.1.1", port: 80 },
      { ip: "40.0.0.2", port: 0 },
      { ip: "224.0.0.1", port: 6881 },
    ]);
    await stage.world.run(1_000);
    expect(torrent.status().knownPeers - before).toBe(1);
  });

  it("sends no private address to a public peer", async () => {
    stage = new Stage(play);
    await stage.leecher("10.0.0.1");
    await PexPeer.meet("10.0.0.5", "10.0.0.1");
    await PexPeer.meet("30.0.0.5", "10.0.0.1");
    const [near, far] = [await PexPeer.meet("10.0.0.6", "10.0.0.1"), await PexPeer.meet("30.0.0.6", "10.0.0.1")];
    await stage.world.run(2 * PEX_INTERVAL_MS);
    const added = ({ received }: PexPeer): string[] => received.flatMap((message) => message.added).sort();
    expect(added(far)).toEqual(["30.0.0.5:7000"]);
    expect(added(near)).toEqual(["10.0.0.5:7000", "30.0.0.5:7000", "30.0.0.6:7000"]);
  });

  it("closes the connection on a malformed message", async () => {
    stage = new Stage(play);
    await stage.leecher("10.0.0.1");
    const peer = await PexPeer.meet("30.0.0.1", "10.0.0.1");
    peer.script.send(encodeExtended(peer.offers[0] ?? 0, new TextEncoder().encode("d5:added7:1234567e")));
    await stage.world.run(1_000);
    expect(peer.script.isClosed).toBe(true);
  });

  it("of a seed does not dial peers that are added as seeds", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    const peer = await PexPeer.meet("10.0.0.2", "10.0.0.1");
    const leecher = await stage.leecher("10.0.0.3");
    const other = await stage.leecher("10.0.0.4");
    peer.add([{ ip: "10.0.0.3", port: 6881 }], { ...NO_PEX_FLAGS, isSeed: true });
    await stage.world.run(60_000);
    peer.add([{ ip: "10.0.0.4", port: 6881 }]);
    await stage.world.settled(other.torrent.done, 60_000);
    // The candidates: the peer itself, and those that it has named.
    expect(seeder.torrent.swarm?.candidates.size).toBe(3);
    expect(leecher.torrent.status().downloaded).toBe(0);
  });
});

describe("Peer exchange of a private torrent (BEP 27)", () => {
  it("is not offered, sends nothing and takes nothing", async () => {
    const secret = privatePlay(play);
    stage = new Stage(secret);
    const a = await stage.leecher("10.0.0.1");
    const b = await stage.leecher("10.0.0.2", { peers: [a.address] });
    const watchers = [await PexPeer.meet("10.0.0.3", "10.0.0.1", secret)];
    watchers.push(await PexPeer.meet("10.0.0.4", "10.0.0.1", secret));
    // 2 is the id of `ut_pex` for other torrents.
    watchers[0]?.add([{ ip: "10.0.0.77", port: 6881 }], NO_PEX_FLAGS, 2);
    await stage.world.run(5 * PEX_INTERVAL_MS);
    expect(watchers.map(({ offers, received }) => [offers, received])).toEqual([
      [[undefined], []],
      [[undefined], []],
    ]);
    expect(ips(b)).toEqual(["10.0.0.1"]);
    expect(watchers[0]?.script.isClosed).toBe(false);
    expect(a.torrent.status().knownPeers).toBe(0);
  });

  it("ends, with its connections, when the metadata of a magnet link is that of a private torrent", async () => {
    const secret = privatePlay(play);
    stage = new Stage(secret);
    await stage.seeder("10.0.0.1");
    const { runtime } = stage.world.host("10.0.0.2");
    const client = new Client({ runtime, downloadDir: "/data", port: 6881 });
    const torrent = await stage.world.settled(client.add(secret.metainfo.id.hex), 1_000);
    torrent.done.catch(() => undefined);
    const peer = await PexPeer.meet("10.0.0.3", "10.0.0.2", secret);
    const late = await PexPeer.meet("10.0.0.4", "10.0.0.2", secret);
    await stage.world.run(2_000);
    expect(late.received.flatMap(({ added }) => added)).toEqual(["10.0.0.3:7000"]);
    const before = peer.received.length;
    peer.add([
      { ip: "10.0.0.1", port: 6881 },
      { ip: "10.0.0.88", port: 6881 },
    ]);
    expect(await stage.world.until(() => torrent.metainfo !== undefined, 30_000)).toBe(true);
    await stage.world.run(5_000);
    expect(torrent.metainfo?.isPrivate).toBe(true);
    // The seed and the other address came from peer exchange.
    expect(ips({ torrent })).toEqual(["10.0.0.3", "10.0.0.4"]);
    expect(peer.offers.slice(0, 2)).toEqual([expect.any(Number), 0]);
    expect(peer.offers[0]).toBeGreaterThan(0);
    peer.add([{ ip: "10.0.0.89", port: 6881 }]);
    const newcomer = await PexPeer.meet("10.0.0.5", "10.0.0.2", secret);
    await stage.world.run(3 * PEX_INTERVAL_MS);
    expect(new Set(newcomer.offers)).toEqual(new Set([undefined]));
    expect([peer.received.length, newcomer.received.length]).toEqual([before, 0]);
    // The three scripted peers, and the seed, which has dialed us in the meantime.
    expect(torrent.swarm?.candidates.size).toBe(4);
    await stage.world.settled(client.close(), 60_000);
  });
});

describe("Peers of an exchange that was switched off", () => {
  it("are dropped, too, when the torrent turns out to be private (BEP 27)", async () => {
    const secret = privatePlay(play);
    stage = new Stage(secret);
    await stage.seeder("10.0.0.1", { latencyMs: 1_000 });
    const { runtime } = stage.world.host("10.0.0.2");
    const client = new Client({ runtime, downloadDir: "/data", port: 6881 });
    const torrent = await stage.world.settled(client.add(secret.metainfo.id.hex), 1_000);
    torrent.done.catch(() => undefined);
    const peer = await PexPeer.meet("10.0.0.3", "10.0.0.2", secret);
    peer.add([
      { ip: "10.0.0.1", port: 6881 },
      { ip: "10.0.0.88", port: 6881 },
    ]);
    await stage.world.run(500);
    torrent.setDiscovery({ pex: false });
    expect([torrent.metainfo, torrent.swarm?.candidates.size]).toEqual([undefined, 3]);
    expect(await stage.world.until(() => torrent.metainfo !== undefined, 30_000)).toBe(true);
    expect(torrent.swarm?.candidates.sourceOf({ kind: "ip", ip: "10.0.0.88", port: 6881 })).toBeUndefined();
    expect(ips({ torrent })).not.toContain("10.0.0.1");
    await stage.world.settled(client.close(), 60_000);
  });
});

describe("ClientOptions.pex", () => {
  it("false switches it off", async () => {
    stage = new Stage(play);
    await stage.leecher("10.0.0.1", {}, {}, { pex: false });
    const peers = [await PexPeer.meet("10.0.0.2", "10.0.0.1"), await PexPeer.meet("10.0.0.3", "10.0.0.1")];
    await stage.world.run(2 * PEX_INTERVAL_MS);
    expect(peers.map(({ offers, received }) => [offers, received])).toEqual([
      [[undefined], []],
      [[undefined], []],
    ]);
  });
});
