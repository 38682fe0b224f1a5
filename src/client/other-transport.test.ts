import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ipPeer, PeerError } from "../base/index.ts";
import type { Runtime, Socket } from "../runtime/index.ts";
import {
  Connector,
  PeerConnector,
  TcpTransport,
  UdpPort,
  type Connection,
  type EncryptionPolicy,
  type TransportKind,
} from "../transport/index.ts";
import { UtpTransport } from "../utp/index.ts";
import { encodeHandshake } from "../wire/index.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 300_000 });
});
afterEach(() => stage.close());

/** A runtime that accepts TCP connections and closes them, as libtorrent does where it allows uTP only. */
function closingTcp(runtime: Runtime): Runtime {
  const { net } = runtime;
  const onSocket = (socket: Socket): void => socket.destroy();
  return { ...runtime, net: { ...net, listen: (options) => net.listen({ ...options, onSocket }) } };
}

/** The transports of one host, at one port. */
function transports(runtime: Runtime): { readonly tcp: TcpTransport; readonly utp: UtpTransport } {
  const port = new UdpPort({ runtime, port: () => 6881 });
  return {
    tcp: new TcpTransport({ runtime, ports: { first: 6881, last: 6881 } }),
    utp: new UtpTransport({ runtime, port, families: [4] }),
  };
}

describe("A peer that closes the connections of one transport", () => {
  it.each<EncryptionPolicy>(["disabled", "allowed", "preferred", "required"])(
    "is dialed by the other one at once: %s",
    async (encryption) => {
      stage = new Stage(play);
      const host = stage.world.host("10.0.0.1");
      for (const [path, bytes] of play.files) host.disk.put(`/data/${path}`, bytes);
      const seeder = await stage.enter(host, { runtime: closingTcp(host.runtime), encryption });
      const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] }, {}, { encryption });
      await stage.world.until(() => leecher.torrent.peers().length > 0, 1_000);
      expect(leecher.torrent.peers()[0]).toMatchObject({ transport: "utp", direction: "outgoing" });
      expect(leecher.torrent.status().encryptionRefusals).toBe(0);
    },
  );

  it.each<[TransportKind, TransportKind]>([
    ["tcp", "utp"],
    ["utp", "tcp"],
  ])("%s is dialed by %s, and so the next time", async (closing, other) => {
    stage = new Stage(play);
    const { world } = stage;
    const { runtime } = world.host("10.0.0.1");
    const [near, far] = [transports(runtime), transports(world.host("10.0.0.2").runtime)];
    const arrived: TransportKind[] = [];
    const accept = (connection: Connection): void => {
      arrived.push(connection.kind);
      if (connection.kind === closing) connection.destroy();
    };
    await world.settled(far.tcp.listen(accept), 1_000);
    await world.settled(far.utp.listen(accept), 1_000);
    const address = ipPeer({ ip: "10.0.0.2", port: 6881 });
    const connector = new PeerConnector(runtime, new Connector(runtime.clock, [near.tcp, near.utp]), () => "disabled");
    connector.prefer(address, closing);
    const handshake = encodeHandshake({ infoHash: new Uint8Array(20), peerId: new Uint8Array(20) });
    const { signal } = new AbortController();
    const dial = () => world.settled(connector.dial(address, { handshake, signal, timeoutMs: 5_000 }), 5_000);
    const { connection, otherwise } = await dial();
    expect(connection.kind).toBe(closing);
    const redial = otherwise(new PeerError("peer.closed", "closed"));
    if (redial === undefined) throw new Error("no other way");
    await world.settled(redial(), 5_000);
    await dial();
    await world.run(1_000);
    expect(arrived).toEqual([closing, other, other]);
  });
});
