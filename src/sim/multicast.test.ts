import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { MulticastSocket } from "../runtime/index.ts";
import { simWorld, type SimHost, type World } from "./index.ts";

const GROUP = { ip: "239.192.152.143", port: 6771 };
const world = (): World =>
  simWorld({ digest: (algorithm, bytes) => new Uint8Array(createHash(algorithm).update(bytes).digest()) });

interface Ear {
  readonly socket: MulticastSocket;
  readonly heard: string[];
}

async function listen({ runtime }: SimHost, group = GROUP): Promise<Ear> {
  const heard: string[] = [];
  const socket = await runtime.multicast.open({
    group,
    hops: 1,
    onDatagram: (bytes, from) => heard.push(`${from.ip} ${Buffer.from(bytes).toString()}`),
  });
  return { socket, heard };
}

const say = ({ socket }: Ear, text: string): void => socket.send(Buffer.from(text), "eth0");

describe("simMulticast", () => {
  it("reaches the members of a group in the same local network, and the sender itself", async () => {
    const w = world();
    const hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((ip) => w.host(ip, { lan: "home" }));
    const [a, b, silent] = await Promise.all(hosts.map((host) => listen(host)));
    const elsewhere = await listen(w.host("10.0.1.1", { lan: "office" }));
    if (a === undefined || b === undefined || silent === undefined) throw new Error("no hosts");
    for (const { socket } of [a, b, elsewhere]) socket.join("eth0");
    say(a, "one");
    await w.run(1_000);
    expect([a.heard, b.heard, silent.heard, elsewhere.heard]).toEqual([["10.0.0.1 one"], ["10.0.0.1 one"], [], []]);
    say(silent, "not joined");
    b.socket.leave("eth0");
    await a.socket.close();
    say(a, "closed");
    await w.run(1_000);
    expect([a.heard.length, b.heard.length]).toEqual([1, 1]);
  });

  it("has an interface while the host is in a local network", async () => {
    const w = world();
    const host = w.host("2001:db8:1::1");
    expect(await host.runtime.multicast.interfaces()).toEqual([]);
    const ear = await listen(host, { ip: "ff15::efc0:988f", port: 6771 });
    expect(() => ear.socket.join("eth0")).toThrow(expect.objectContaining({ code: "net.unreachable" }));
    host.lan = "home";
    expect(await host.runtime.multicast.interfaces()).toEqual([
      { name: "eth0", ip: "2001:db8:1::1", prefixLength: 64, isLoopback: false },
    ]);
    ear.socket.join("eth0");
    say(ear, "here");
    await w.run(10);
    expect(ear.heard).toEqual(["2001:db8:1::1 here"]);
    host.crash();
    say(ear, "gone");
    await w.run(10);
    expect(ear.heard).toHaveLength(1);
  });
});
