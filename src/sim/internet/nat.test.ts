import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../base/index.ts";
import type { DatagramSocket } from "../../runtime/index.ts";
import { simWorld, type LineOptions, type NatKind, type SimHost, type World } from "../index.ts";

const HIDDEN = "20.0.0.1";

interface Probe {
  readonly host: SimHost;
  readonly sources: Endpoint[];
  socket(port: number): DatagramSocket;
}

/** A host with sockets at the ports 1 and 2, which note where datagrams come from. */
async function probe(world: World, ip: string, line: LineOptions = {}): Promise<Probe> {
  const host = world.host(ip, line);
  const sources: Endpoint[] = [];
  const sockets = await Promise.all(
    [1, 2].map((port) => host.runtime.datagrams.bind({ ip, port, onDatagram: (_, from) => void sources.push(from) })),
  );
  return {
    host,
    sources,
    socket: (port) => {
      const socket = sockets[port - 1];
      if (socket === undefined) throw new RangeError(`no socket ${port}`);
      return socket;
    },
  };
}

async function natted(kind: NatKind, mappingMs?: number) {
  const world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
  const hidden = await probe(world, HIDDEN, { nat: { kind, ...(mappingMs === undefined ? {} : { mappingMs }) } });
  const [a, b] = [await probe(world, "20.0.1.1"), await probe(world, "20.0.2.1")];
  const send = async (from: Probe, port: number, to: Endpoint): Promise<void> => {
    from.socket(port).send(new Uint8Array(5), to);
    await world.run(100);
  };
  return { world, hidden, a, b, send };
}

const last = ({ sources }: Probe): Endpoint => sources.at(-1) ?? { ip: "", port: 0 };

describe("Nat", () => {
  it.each([
    // What a datagram passes from: the endpoint sent to, another port of it, another address.
    ["full-cone", [true, true, true]],
    ["restricted-cone", [true, true, false]],
    ["port-restricted-cone", [true, false, false]],
    ["symmetric", [true, false, false]],
  ] as const)("%s passes datagrams from %j", async (kind, passes) => {
    const { hidden, a, b, send } = await natted(kind);
    await send(a, 1, { ip: HIDDEN, port: 1 });
    expect(hidden.sources).toEqual([]);
    await send(hidden, 1, { ip: a.host.ip, port: 1 });
    const mapped = last(a);
    expect([mapped.ip, mapped.port === 1]).toEqual([HIDDEN, false]);
    const seen: boolean[] = [];
    for (const [from, port] of [
      [a, 1],
      [a, 2],
      [b, 1],
    ] as const) {
      const before = hidden.sources.length;
      await send(from, port, mapped);
      seen.push(hidden.sources.length > before);
    }
    expect(seen).toEqual(passes);
  });

  it.each([
    ["port-restricted-cone", true],
    ["symmetric", false],
  ] as const)("%s uses one port for all remote endpoints: %s", async (kind, isSame) => {
    const { hidden, a, b, send } = await natted(kind);
    await send(hidden, 1, { ip: a.host.ip, port: 1 });
    await send(hidden, 1, { ip: b.host.ip, port: 1 });
    expect(last(a).port === last(b).port).toBe(isSame);
    await send(hidden, 1, { ip: a.host.ip, port: 1 });
    expect(new Set(a.sources.map(({ port }) => port)).size).toBe(1);
    await send(hidden, 2, { ip: b.host.ip, port: 1 });
    expect(new Set(b.sources.map(({ port }) => port)).size).toBe(2);
  });

  it("forgets a mapping when the host has not sent for long, and then takes another port", async () => {
    const { world, hidden, a, send } = await natted("full-cone", 10_000);
    await send(hidden, 1, { ip: a.host.ip, port: 1 });
    const mapped = last(a);
    for (const isKept of [true, true, false]) {
      // What arrives does not keep it.
      const before = hidden.sources.length;
      await send(a, 1, mapped);
      expect(hidden.sources.length > before).toBe(isKept);
      await world.run(4_900);
    }
    await send(hidden, 1, { ip: a.host.ip, port: 1 });
    expect(last(a).port).not.toBe(mapped.port);
  });

  it("forgets an address that the host has not sent to for long, although it sends to others", async () => {
    const { world, hidden, a, b, send } = await natted("restricted-cone", 10_000);
    await send(hidden, 1, { ip: a.host.ip, port: 1 });
    const mapped = last(a);
    await world.run(6_000);
    await send(hidden, 1, { ip: b.host.ip, port: 1 });
    await world.run(6_000);
    await send(a, 1, mapped);
    await send(b, 1, mapped);
    expect(hidden.sources.map(({ ip }) => ip)).toEqual([b.host.ip]);
  });

  it("lets TCP and HTTP connections out, and none in", async () => {
    const { world, hidden, a } = await natted("full-cone");
    for (const { runtime } of [hidden.host, a.host])
      await runtime.net.listen({ ip: "::", port: 80, onSocket: () => undefined });
    const connect = (from: Probe, to: Probe) =>
      world.settled(from.host.runtime.net.connect({ ip: to.host.ip, port: 80, timeoutMs: 1_000 }), 5_000);
    expect((await connect(hidden, a)).remote).toEqual({ ip: a.host.ip, port: 80 });
    await expect(connect(a, hidden)).rejects.toMatchObject({ code: "net.timeout" });
  });
});
