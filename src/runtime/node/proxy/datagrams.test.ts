import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Endpoint } from "../../../base/index.ts";
import { nodeRuntime } from "../index.ts";
import { parseUdpFrame, udpHeader } from "./udp-frame.ts";

const OK = Buffer.from([5, 0]);

/** A SOCKS5 proxy that answers datagrams itself: each payload comes back from the address `source`. */
class EchoProxy {
  readonly associations: net.Socket[] = [];
  readonly #server = net.createServer((socket) => this.#onConnection(socket));
  readonly #relay = dgram.createSocket("udp4");
  source: Endpoint = { ip: "203.0.113.9", port: 6969 };
  /** What the datagrams were addressed to: the address as text in hexadecimal. */
  readonly headers: string[] = [];

  static async start(): Promise<EchoProxy> {
    const proxy = new EchoProxy();
    proxy.#relay.on("message", (bytes, from) => {
      const frame = parseUdpFrame(bytes);
      if (frame === undefined) return;
      proxy.headers.push(bytes.subarray(3, bytes.length - frame.payload.length).toString("latin1"));
      const { ip, port } = proxy.source;
      proxy.#relay.send(Buffer.concat([udpHeader({ ip }, port), frame.payload]), from.port, from.address);
    });
    proxy.#relay.bind(0, "127.0.0.1");
    proxy.#server.listen(0, "127.0.0.1");
    await Promise.all([once(proxy.#relay, "listening"), once(proxy.#server, "listening")]);
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `socks5://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  close(): void {
    for (const socket of this.associations) socket.destroy();
    this.#server.close();
    this.#relay.close();
  }

  #onConnection(socket: net.Socket): void {
    this.associations.push(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(OK);
      socket.once("data", () => {
        const { port } = this.#relay.address();
        // The address 0.0.0.0: that of the proxy.
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, port >> 8, port & 255]));
      });
    });
  }
}

let proxy: EchoProxy;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  proxy.close();
});

async function open() {
  proxy = await EchoProxy.start();
  const runtime = nodeRuntime({ proxy: { url: proxy.url, only: true } });
  const received: string[] = [];
  let onNews = (): void => undefined;
  const socket = await runtime.datagrams.bind({
    ip: "0.0.0.0",
    port: 6881,
    onDatagram: (bytes, from) => {
      received.push(`${from.ip} ${from.port} ${Buffer.from(bytes).toString()}`);
      onNews();
    },
  });
  closing.push(
    () => socket.close(),
    () => runtime.close(),
  );
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      onNews = resolve;
    });
  return { runtime, socket, received, next };
}

describe("ProxiedDatagrams", () => {
  it("passes on a datagram with the address from which it came, and has no port of its own", async () => {
    const { socket, received, next } = await open();
    expect(socket.local).toEqual({ ip: "0.0.0.0", port: 0 });
    const arrived = next();
    socket.send(Buffer.from("one"), { ip: "203.0.113.1", port: 53 });
    await arrived;
    expect([proxy.headers, received]).toEqual([["\u0001\u00cb\u0000q\u0001\u0000\u0035"], ["203.0.113.9 6969 one"]]);
  });

  it("sends host names to the proxy, and recognizes replies by the port", async () => {
    const { runtime, socket, received, next } = await open();
    const [placeholder = ""] = await runtime.net.resolve("tracker.example", undefined, { isForDatagrams: true });
    const arrived = next();
    socket.send(Buffer.from("one"), { ip: placeholder, port: 6969 });
    await arrived;
    expect(proxy.headers).toEqual(["\u0003\u000ftracker.example\u001b\u0039"]);
    expect(received).toEqual(["203.0.113.9 6969 one", `${placeholder} 6969 one`]);

    // A datagram of a stranger with that port is no reply.
    const second = next();
    socket.send(Buffer.from("two"), { ip: "203.0.113.1", port: 53 });
    await second;
    expect(received.slice(2)).toEqual(["203.0.113.9 6969 two"]);
  });

  it("replaces an association that was lost", async () => {
    const { socket, received, next } = await open();
    proxy.associations[0]?.destroy();
    // Datagrams are dropped until the new association is there.
    const arrived = next();
    const sending = setInterval(() => socket.send(Buffer.from("again"), { ip: "203.0.113.1", port: 53 }), 20);
    await arrived;
    clearInterval(sending);
    expect([proxy.associations.length, received[0]]).toEqual([2, "203.0.113.9 6969 again"]);
  });

  it("ignores datagrams that do not come from the relay", async () => {
    const { socket, received, next } = await open();
    const arrived = next();
    socket.send(Buffer.from("one"), { ip: "203.0.113.1", port: 53 });
    await arrived;
    proxy.source = { ip: "2001:db8::1", port: 1 };
    // Of the other family: the socket is one of IPv4.
    socket.send(Buffer.from("two"), { ip: "203.0.113.1", port: 53 });
    proxy.source = { ip: "203.0.113.9", port: 6969 };
    const last = next();
    socket.send(Buffer.from("three"), { ip: "203.0.113.1", port: 53 });
    await last;
    expect(received.every((line) => line.startsWith("203.0.113.9"))).toBe(true);
  });
});
