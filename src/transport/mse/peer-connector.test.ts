import { describe, expect, it } from "vitest";
import { ipPeer, PeerError, type PeerAddress } from "../../base/index.ts";
import type { Socket } from "../../runtime/index.ts";
import { simWorld } from "../../sim/index.ts";
import { beginsWithHandshake, encodeHandshake, MSE_RC4, MseResponder } from "../../wire/index.ts";
import { digest } from "../../../test/support/stage.ts";
import { Connector } from "../connector.ts";
import { TcpTransport } from "../tcp.ts";
import { makeMseSide, type MseRuntime } from "./mse-session.ts";
import { PeerConnector, type DialedPeer } from "./peer-connector.ts";
import type { EncryptionPolicy } from "./policy.ts";

const handshake = encodeHandshake({ infoHash: new Uint8Array(20).fill(1), peerId: new Uint8Array(20).fill(2) });

const closed = new PeerError("peer.closed", "closed");

type Kind = "plain" | "encrypted";

/** A peer that closes each connection that does not begin as it `wants`, and how the connections to it began. */
async function begin(
  policy: EncryptionPolicy,
  wants: Kind | "both" = "plain",
): Promise<{
  readonly dial: () => Promise<DialedPeer>;
  readonly kinds: Kind[];
  readonly connector: PeerConnector;
  readonly address: PeerAddress;
  readonly settled: <T>(promise: Promise<T>) => Promise<T>;
}> {
  const world = simWorld({ digest });
  const [one, other] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
  const kinds: Kind[] = [];
  await world.settled(
    other.runtime.net.listen({
      ip: other.ip,
      port: 6881,
      onSocket: (socket) =>
        socket.start({
          onData: (chunk) => {
            const kind = beginsWithHandshake(chunk) === true ? "plain" : "encrypted";
            kinds.push(kind);
            if (kind !== wants && wants !== "both") socket.destroy();
            else if (kind === "encrypted") respond(other.runtime, socket, chunk);
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
    connector,
    address,
    settled: (promise) => world.settled(promise, 60_000),
    dial: async () => {
      const dialed = await world.settled(connector.dial(address, { handshake, signal, timeoutMs: 5_000 }), 60_000);
      if (!dialed.isHandshakeSent) dialed.connection.write(handshake);
      await world.run(1_000);
      return dialed;
    },
  };
}

/** Goes on with the encryption handshake that a peer has begun with `first`. */
function respond(runtime: MseRuntime, socket: Socket, first: Uint8Array): void {
  const responder = new MseResponder({
    ...makeMseSide(runtime),
    findTorrent: () => new Uint8Array(20).fill(1),
    accept: MSE_RC4,
  });
  const push = (chunk: Uint8Array): void => {
    const { send } = responder.push(chunk);
    if (send !== undefined) socket.write(send);
  };
  socket.handOver({ onData: push, onDrain: () => undefined, onClose: () => undefined });
  push(first);
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

  it("encrypts after a plain handshake when that is allowed, and begins so the next time, until it fails", async () => {
    const { dial, kinds, settled } = await begin("allowed", "encrypted");
    const first = await dial();
    first.report(false);
    const second = await settled(first.otherwise(closed)?.() ?? Promise.reject(new Error("no other way")));
    expect([kinds, second.connection.isEncrypted]).toEqual([["plain", "encrypted"], true]);
    second.report(true);
    const third = await dial();
    expect(kinds).toEqual(["plain", "encrypted", "encrypted"]);
    expect(third.otherwise(closed)).toBeUndefined();
    third.report(false);
    await dial();
    expect(kinds).toEqual(["plain", "encrypted", "encrypted", "plain"]);
  });

  it("begins with encryption at a peer that prefers it, where it is allowed, and falls back", async () => {
    const able = await begin("allowed", "both");
    able.connector.preferEncryption(able.address);
    await able.dial();
    expect(able.kinds).toEqual(["encrypted"]);
    const unable = await begin("allowed", "plain");
    unable.connector.preferEncryption(unable.address);
    const { otherwise } = await unable.dial();
    expect([unable.kinds, otherwise(closed)]).toEqual([["encrypted", "plain"], undefined]);
    await unable.dial();
    expect(unable.kinds).toEqual(["encrypted", "plain", "plain"]);
  });

  it.each(["disabled", "preferred"] as const)("does not change the way of %s for such a peer", async (policy) => {
    const { dial, kinds, connector, address } = await begin(policy, "plain");
    connector.preferEncryption(address);
    await dial();
    expect(kinds).toEqual(policy === "disabled" ? ["plain"] : ["encrypted", "plain"]);
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
