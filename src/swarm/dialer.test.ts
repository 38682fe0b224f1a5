import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { ipPeer, type PeerAddress } from "../base/index.ts";
import { CandidateList } from "../discovery/index.ts";
import { simWorld } from "../sim/index.ts";
import { Connector, PeerConnector, TcpTransport } from "../transport/index.ts";
import { encodeHandshake } from "../wire/index.ts";
import { Dialer } from "./dialer.ts";

const address = ipPeer({ ip: "10.0.0.2", port: 6881 });
const handshake = encodeHandshake({ infoHash: new Uint8Array(20).fill(1), peerId: new Uint8Array(20).fill(2) });

describe("Dialer", () => {
  it.each([
    ["that accepts connections and does not encrypt, as reached", true],
    ["that accepts no connections, as unreachable", false],
  ])("reports a peer %s", async (_what, isListening) => {
    const world = simWorld({ digest });
    const [one, other] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
    if (isListening)
      await world.settled(
        other.runtime.net.listen({ ip: other.ip, port: 6881, onSocket: (socket) => socket.destroy() }),
        1_000,
      );
    const { runtime } = one;
    const tcp = new TcpTransport({ runtime, ports: { first: 0, last: 0 } });
    const candidates = new CandidateList(runtime.clock, runtime.random);
    candidates.add([address], "tracker");
    const unreachable: PeerAddress[] = [];
    const dialer = new Dialer({
      runtime,
      connector: new PeerConnector(runtime, new Connector(runtime.clock, [tcp]), () => "required"),
      candidates,
      wantsSeeds: () => true,
      room: () => 10,
      refusal: () => undefined,
      offer: () => handshake,
      take: () => undefined,
      onUnreachable: (peer) => unreachable.push(peer),
    });
    dialer.dial();
    expect(dialer.pending).toBe(1);
    await world.until(() => dialer.pending === 0, 60_000);
    // A rendezvous (BEP 55) is asked for only when the peer was not reached.
    expect([unreachable, dialer.refusals]).toEqual(isListening ? [[], 1] : [[address], 0]);
    await world.settled(dialer.close(), 1_000);
  });
});
