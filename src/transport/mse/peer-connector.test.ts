import { describe, expect, it } from "vitest";
import { ipPeer } from "../../base/index.ts";
import { simWorld } from "../../sim/index.ts";
import { beginsWithHandshake, encodeHandshake } from "../../wire/index.ts";
import { digest } from "../../../test/support/stage.ts";
import { Connector } from "../connector.ts";
import { TcpTransport } from "../tcp.ts";
import { PeerConnector, type DialedPeer } from "./peer-connector.ts";
import type { EncryptionPolicy } from "./policy.ts";

const handshake = encodeHandshake({ infoHash: new Uint8Array(20).fill(1), peerId: new Uint8Array(20).fill(2) });

/** A peer that closes each connection that does not begin with a plain handshake, and the first bytes that it got. */
async function begin(policy: EncryptionPolicy): Promise<{
  readonly dial: () => Promise<DialedPeer>;
  readonly kinds: ("plain" | "encrypted")[];
}> {
  const world = simWorld({ digest });
  const [one, other] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
  const kinds: ("plain" | "encrypted")[] = [];
  await world.settled(
    other.runtime.net.listen({
      ip: other.ip,
      port: 6881,
      onSocket: (socket) =>
        socket.start({
          onData: (chunk) => {
            const isPlain = beginsWithHandshake(chunk) === true;
            kinds.push(isPlain ? "plain" : "encrypted");
            if (!isPlain) socket.destroy();
          },
          onDrain: () => undefined,
          onClose: () => undefined,
        }),
    }),
    1_000,
  );
  const tcp = new TcpTransport({ runtime: one.runtime, ports: { first: 0, last: 0 } });
  const connector = new PeerConnector(one.runtime, new Connector(one.runtime.clock, [tcp]), () => policy);
  const address = ipPeer({ ip: other.ip, port: 6881 });
  const { signal } = new AbortController();
  return {
    kinds,
    dial: async () => {
      const dialed = await world.settled(connector.dial(address, { handshake, signal, timeoutMs: 5_000 }), 60_000);
      if (!dialed.isHandshakeSent) dialed.connection.write(handshake);
      await world.run(1_000);
      return dialed;
    },
  };
}

describe("PeerConnector", () => {
  it("begins without encryption at a peer where only that succeeded, until it fails", async () => {
    const { dial, kinds } = await begin("preferred");
    const first = await dial();
    expect([kinds, first.isHandshakeSent]).toEqual([["encrypted", "plain"], false]);
    first.report(true);
    const second = await dial();
    expect(kinds).toEqual(["encrypted", "plain", "plain"]);
    second.report(false);
    await dial();
    expect(kinds).toEqual(["encrypted", "plain", "plain", "encrypted", "plain"]);
  });

  it("does not fall back when encryption is required", async () => {
    const { dial, kinds } = await begin("required");
    await expect(dial()).rejects.toMatchObject({ code: "mse.closed" });
    expect(kinds).toEqual(["encrypted"]);
  });

  it("does not encrypt when encryption is disabled", async () => {
    const { dial, kinds } = await begin("disabled");
    await dial();
    expect(kinds).toEqual(["plain"]);
  });
});
