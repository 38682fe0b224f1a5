import { describe, expect, it } from "vitest";
import { nodeClock } from "./clock.ts";
import { nodeDatagrams } from "./datagrams.ts";

describe("nodeDatagrams", () => {
  it.each(["127.0.0.1", "::1"])("carries datagrams both ways over %s", async (ip) => {
    const heard: string[] = [];
    let done: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      done = resolve;
    });
    const server = await nodeDatagrams.bind({
      ip,
      port: 0,
      onDatagram: (bytes, from) => {
        heard.push(Buffer.from(bytes).toString());
        server.send(Buffer.from("back"), from);
      },
    });
    const client = await nodeDatagrams.bind({
      ip,
      port: 0,
      onDatagram: (bytes, from) => {
        heard.push(Buffer.from(bytes).toString());
        expect(from).toEqual(server.local);
        done();
      },
    });
    const again = setInterval(() => client.send(Buffer.from("there"), server.local), 200);
    client.send(Buffer.from("there"), server.local);
    await answered;
    clearInterval(again);
    expect(heard.slice(0, 2)).toEqual(["there", "back"]);
    await Promise.all([client.close(), server.close()]);
  });

  it("refuses a port that is in use, and drops what cannot be sent", async () => {
    const first = await nodeDatagrams.bind({ ip: "127.0.0.1", port: 0, onDatagram: () => undefined });
    await expect(
      nodeDatagrams.bind({ ip: "127.0.0.1", port: first.local.port, onDatagram: () => undefined }),
    ).rejects.toMatchObject({ code: "net.address-in-use" });
    expect(() => first.send(new Uint8Array(100_000), { ip: "127.0.0.1", port: 9 })).not.toThrow();
    // A forged datagram may come from port 0: answering it must not throw.
    expect(() => first.send(new Uint8Array(1), { ip: "127.0.0.1", port: 0 })).not.toThrow();
    await first.close();
    expect(() => first.send(new Uint8Array(1), { ip: "127.0.0.1", port: 9 })).not.toThrow();
  });
});

describe("nodeClock", () => {
  it("calls once after, again and again every, and never when cancelled, however long the delay", async () => {
    const seen: string[] = [];
    nodeClock.after(1, () => seen.push("never")).cancel();
    const far = nodeClock.after(2 ** 40, () => seen.push("at once"));
    const begin = nodeClock.now();
    await new Promise<void>((resolve) => {
      const timer = nodeClock.every(5, () => {
        seen.push("tick");
        if (seen.length < 3) return;
        timer.cancel();
        resolve();
      });
    });
    far.cancel();
    expect(seen).toEqual(["tick", "tick", "tick"]);
    expect(nodeClock.now() - begin).toBeGreaterThan(10);
    await new Promise<void>((resolve) => nodeClock.soon(resolve));
    expect(Math.abs(nodeClock.wallTime() - Date.now())).toBeLessThan(1_000);
  });
});
