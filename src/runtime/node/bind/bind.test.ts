import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { NetworkError } from "../../../base/index.ts";
import { silentLog } from "../../log.ts";
import type { InterfaceAddress } from "../../multicast.ts";
import type { Socket } from "../../net.ts";
import { parseProxy } from "../proxy/settings.ts";
import { proxiedParts } from "../proxy/runtime.ts";
import { Binding, parseBind } from "./binding.ts";
import { boundParts } from "./runtime.ts";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const at = (name: string, ip: string): InterfaceAddress => ({ name, ip, prefixLength: 24, isLoopback: false });

/** A binding to `tun0` of a host whose interfaces the test sets. */
function open(...first: InterfaceAddress[]) {
  let list: readonly InterfaceAddress[] = first;
  const lines: string[] = [];
  const log = {
    ...silentLog,
    warn: (text: string) => void lines.push(text),
    info: (text: string) => void lines.push(text),
  };
  const binding = new Binding({ bind: "tun0", log, list: () => list });
  closing.push(() => binding.close());
  const parts = boundParts(binding, log);
  /** Changes the addresses of the host; resolves when the binding has noticed it and its sockets are set up. */
  const set = async (...next: InterfaceAddress[]): Promise<void> => {
    const changed = new Promise<void>((resolve) => {
      const stop = binding.onChange(() => {
        stop();
        resolve();
      });
    });
    list = next;
    await changed;
  };
  return { binding, parts, lines, set };
}

/** A server on all addresses that notes from where it is connected to. */
async function server() {
  const from: string[] = [];
  const sockets: net.Socket[] = [];
  const listening = net.createServer((socket) => {
    from.push(socket.remoteAddress ?? "");
    sockets.push(socket);
    socket.on("error", () => undefined);
  });
  listening.listen(0, "0.0.0.0");
  await once(listening, "listening");
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  const address = listening.address();
  return { from, sockets, listening, port: typeof address === "object" && address !== null ? address.port : 0 };
}

const closed = (socket: Socket): Promise<Error | undefined> =>
  new Promise((resolve) => {
    socket.start({ onData: () => undefined, onDrain: () => undefined, onClose: resolve });
  });

describe("parseBind", () => {
  it("returns names as they are, and canonical addresses", () => {
    expect(["tun0", "Ethernet 2", "FD00:0::1", "10.8.0.2"].map(parseBind)).toEqual([
      "tun0",
      "Ethernet 2",
      "fd00::1",
      "10.8.0.2",
    ]);
  });

  it.each(["", "a/b", "a\nb", "0.0.0.0", "::", "x".repeat(300)])("refuses %j", (text) => {
    expect(() => parseBind(text)).toThrow(expect.objectContaining({ code: "bind.invalid" }));
  });
});

describe("Binding", () => {
  it("uses one address of each family, and no link-local one", async () => {
    const { binding, set } = open(at("eth0", "10.0.0.1"), at("tun0", "fe80::1"), at("tun0", "10.8.0.2"));
    expect(binding.state).toEqual({ bind: "tun0", ips: ["10.8.0.2"] });
    expect(() => binding.ip(6)).toThrow(expect.objectContaining({ code: "net.unreachable" }));
    await set(at("tun0", "10.8.0.1"), at("tun0", "fd00::1"), at("tun0", "10.8.0.2"));
    // An address in use is kept while it exists.
    expect(binding.state.ips).toEqual(["10.8.0.2", "fd00::1"]);
  });

  it("tells once that the interface is down, and that it is up", async () => {
    const { binding, lines, set } = open();
    expect(() => binding.ip(4)).toThrow("the interface tun0 is down");
    expect(() => binding.ip(6)).toThrow(expect.objectContaining({ code: "net.interface-down" }));
    await set(at("tun0", "10.8.0.2"));
    expect(lines).toEqual([
      "the interface tun0 is down: nothing is sent until it is up",
      "all traffic uses the interface tun0",
    ]);
  });

  it("is bound to an address, whichever interface has it", () => {
    const list = () => [at("eth0", "10.0.0.1"), at("tun0", "10.8.0.2")];
    const binding = new Binding({ bind: "10.8.0.2", log: silentLog, list });
    closing.push(() => binding.close());
    expect(binding.state.ips).toEqual(["10.8.0.2"]);
    expect(binding.own(list()).map(({ name }) => name)).toEqual(["tun0"]);
  });
});

describe("TCP bound to an interface", () => {
  it("connects from its address; the connection ends with it, and none is made until it is back", async () => {
    const { from, port } = await server();
    const { parts, set } = open(at("tun0", "127.0.0.5"));
    const options = { ip: "127.0.0.1", port, timeoutMs: 5_000 };
    const socket = await parts.net.connect(options);
    const end = closed(socket);
    await set(at("eth0", "127.0.0.1"));
    await expect(end).resolves.toMatchObject({ code: "net.interface-down", message: "the interface tun0 is down" });
    await expect(parts.net.connect(options)).rejects.toMatchObject({ code: "net.interface-down" });
    await expect(parts.net.resolve("localhost")).rejects.toMatchObject({ code: "net.interface-down" });
    await set(at("tun0", "127.0.0.6"));
    (await parts.net.connect(options)).destroy();
    expect(from).toEqual(["127.0.0.5", "127.0.0.6"]);
  });

  it("listens at its address, and again at the same port when it is back", async () => {
    const { parts, set } = open(at("tun0", "127.0.0.5"));
    const accepted: Socket[] = [];
    const listener = await parts.net.listen({ ip: "::", port: 0, onSocket: (socket) => void accepted.push(socket) });
    closing.push(() => listener.close());
    const { port } = listener.local;
    const dial = async (ip: string): Promise<string> => {
      const socket = net.connect(port, ip);
      try {
        await once(socket, "connect");
        socket.destroy();
        return "connected";
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? "";
      }
    };
    expect([await dial("127.0.0.5"), await dial("127.0.0.1")]).toEqual(["connected", "ECONNREFUSED"]);
    await set();
    expect(await dial("127.0.0.5")).toBe("ECONNREFUSED");
    await set(at("tun0", "127.0.0.6"));
    expect([await dial("127.0.0.5"), await dial("127.0.0.6")]).toEqual(["ECONNREFUSED", "connected"]);
    expect(listener.local.port).toBe(port);
  });

  it("refuses to listen at an address of another interface, and waits for one that is down", async () => {
    const { parts, set } = open(at("tun0", "127.0.0.5"));
    const onSocket = (): void => undefined;
    await expect(parts.net.listen({ ip: "127.0.0.1", port: 0, onSocket })).rejects.toMatchObject({
      code: "net.denied",
    });
    await set();
    const listener = await parts.net.listen({ ip: "::", port: 0, onSocket });
    closing.push(() => listener.close());
    expect(listener.local.port).toBe(0);
    await set(at("tun0", "127.0.0.5"));
    const socket = net.connect(listener.local.port, "127.0.0.5");
    await once(socket, "connect");
    socket.destroy();
  });
});

describe("UDP bound to an interface", () => {
  it("sends from its address, drops what is sent while it is down, and keeps its port", async () => {
    const receiver = dgram.createSocket("udp4");
    receiver.bind(0, "127.0.0.1");
    await once(receiver, "listening");
    closing.push(() => void receiver.close());
    const arrived = async (): Promise<string> => {
      const [bytes, { address, port }] = (await once(receiver, "message")) as [Buffer, dgram.RemoteInfo];
      return `${bytes.toString()} ${address} ${port}`;
    };
    const { parts, set } = open(at("tun0", "127.0.0.5"));
    const socket = await parts.datagrams.bind({ ip: "0.0.0.0", port: 0, onDatagram: () => undefined });
    closing.push(() => socket.close());
    const { port } = socket.local;
    const to = { ip: "127.0.0.1", port: receiver.address().port };
    const send = (text: string): void => socket.send(new TextEncoder().encode(text), to);
    let next = arrived();
    send("one");
    expect(await next).toBe(`one 127.0.0.5 ${port}`);
    await set();
    next = arrived();
    send("two");
    await set(at("tun0", "127.0.0.6"));
    send("three");
    expect(await next).toBe(`three 127.0.0.6 ${port}`);
  });

  it("has no socket of a family that the interface lacks", async () => {
    const { parts } = open(at("tun0", "127.0.0.5"));
    await expect(parts.datagrams.bind({ ip: "::", port: 0, onDatagram: () => undefined })).rejects.toMatchObject({
      code: "net.unreachable",
    });
  });
});

describe("HTTP bound to an interface", () => {
  const request = { maxBytes: 1_000, firstByteTimeoutMs: 20_000, totalTimeoutMs: 20_000, maxRedirects: 0 };

  it("leaves from its address, and is aborted when that is gone", async () => {
    const { from, sockets, listening, port } = await server();
    const { parts, set } = open(at("tun0", "127.0.0.5"));
    const url = `http://127.0.0.1:${port}/`;
    const reply = parts.http.get({ url, ...request });
    await once(listening, "connection");
    sockets[0]?.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    expect((await reply).status).toBe(200);
    const silent = parts.http.get({ url, ...request });
    const failure = silent.catch((error: unknown) => error);
    await once(listening, "connection");
    await set();
    expect(await failure).toMatchObject({ code: "net.interface-down" });
    await expect(parts.http.get({ url, ...request })).rejects.toMatchObject({ code: "net.interface-down" });
    expect(from).toEqual(["127.0.0.5", "127.0.0.5"]);
  });
});

describe("multicast bound to an interface", () => {
  it("knows no other interface, and joins at no other", async () => {
    const { parts, binding } = open(at("tun0", "127.0.0.5"));
    expect(await parts.multicast.interfaces()).toEqual(binding.own(await parts.multicast.interfaces()));
    const group = { ip: "239.192.152.143", port: 0 };
    const socket = await parts.multicast.open({ group, hops: 1, onDatagram: () => undefined });
    closing.push(() => socket.close());
    expect(() => socket.join("lo")).toThrow(NetworkError);
    expect(() => socket.send(new Uint8Array(1), "lo")).toThrow(NetworkError);
  });
});

describe("a proxy reached from an interface", () => {
  it("is connected to from its address only", async () => {
    const { from, port } = await server();
    const { binding, parts, set } = open(at("tun0", "127.0.0.5"));
    const proxied = proxiedParts(parseProxy(`socks5://127.0.0.1:${port}`), true, parts);
    const options = { ip: "203.0.113.1", port: 80, timeoutMs: 20_000 };
    const dialing = proxied.net.connect(options);
    const failure = dialing.catch((error: unknown) => error);
    await expect.poll(() => from).toEqual(["127.0.0.5"]);
    await set();
    expect(await failure).toMatchObject({ code: "net.interface-down" });
    expect(binding.state.ips).toEqual([]);
    await expect(proxied.net.connect(options)).rejects.toMatchObject({ code: "net.interface-down" });
    expect(from.length).toBe(1);
  });
});
