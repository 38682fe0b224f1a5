import { describe, expect, it } from "vitest";
import { nodeMulticast } from "./multicast.ts";

// On the loopback interface alone: no datagram leaves the machine.
const loopback = (await nodeMulticast.interfaces()).filter(({ isLoopback }) => isLoopback);
const [name] = loopback.map((each) => each.name);

describe("nodeMulticast", () => {
  it("lists the loopback interface with its prefix", () => {
    expect(loopback).toContainEqual({ name, ip: "127.0.0.1", prefixLength: 8, isLoopback: true });
  });

  it.skipIf(process.platform !== "linux")(
    "carries datagrams between sockets at one port, through the loopback interface",
    async () => {
      const heard: string[][] = [[], []];
      let done: () => void = () => undefined;
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      const open = (list: string[] = []) =>
        nodeMulticast.open({
          group: { ip: "239.192.152.143", port: 26_771 },
          hops: 1,
          onDatagram: (bytes, from) => {
            list.push(`${from.ip} ${Buffer.from(bytes).toString()}`);
            if (heard.every(({ length }) => length > 0)) done();
          },
        });
      const [a, b] = await Promise.all([open(heard[0]), open(heard[1])]);
      for (const socket of [a, b]) {
        socket.join(name ?? "");
        socket.join(name ?? "");
      }
      a.send(Buffer.from("hello"), name ?? "");
      await all;
      expect(heard).toEqual([["127.0.0.1 hello"], ["127.0.0.1 hello"]]);
      b.leave(name ?? "");
      b.leave(name ?? "");
      await Promise.all([a.close(), b.close()]);
      a.send(Buffer.from("closed"), name ?? "");
      a.join(name ?? "");
    },
  );

  it("throws for an interface that does not exist", async () => {
    const socket = await nodeMulticast.open({
      group: { ip: "239.192.152.143", port: 26_772 },
      hops: 1,
      onDatagram: () => undefined,
    });
    expect(() => socket.join("none0")).toThrow(expect.objectContaining({ code: "net.unreachable" }));
    await socket.close();
  });
});
