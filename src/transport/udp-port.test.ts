import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { NetworkError, type Endpoint } from "../base/index.ts";
import {
  silentLog,
  type BindOptions,
  type Datagrams,
  type DatagramSocket,
  type Log,
  type Runtime,
} from "../runtime/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { simWorld, type World } from "../sim/index.ts";
import { MAX_WAITING_DATAGRAMS } from "./limits.ts";
import { UdpPort } from "./udp-port.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const startsWith =
  (first: string) =>
  (datagram: Uint8Array): boolean =>
    datagram[0] === first.charCodeAt(0);
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A port, and everything that came to it, by the claim that got it. */
function listening(port: UdpPort, ...firsts: readonly string[]): string[] {
  const seen: string[] = [];
  for (const first of firsts) port.claim(startsWith(first), (datagram) => seen.push(`${first}: ${text(datagram)}`));
  return seen;
}

describe("UdpPort on the simulated network", () => {
  const world = (): World =>
    simWorld({ digest: (algorithm, content) => new Uint8Array(createHash(algorithm).update(content).digest()) });

  /** Two hosts with a port each; the second claims what begins with `d` and with `u`. */
  async function pair(w: World, ips: readonly [string, string] = ["10.0.0.1", "10.0.0.2"]) {
    const [here, there] = ips.map((ip) => w.host(ip).runtime);
    if (here === undefined || there === undefined) throw new Error("no hosts");
    const from = new UdpPort({ runtime: here, port: () => 6881 });
    const to = new UdpPort({ runtime: there, port: () => 6882 });
    await to.open(ips[1].includes(":") ? 6 : 4);
    return { from, to, address: { ip: ips[1], port: 6882 }, seen: listening(to, "d", "u") };
  }

  it.each([
    ["IPv4", ["10.0.0.1", "10.0.0.2"]],
    ["IPv6", ["2001:db8::1", "2001:db8::2"]],
  ] as const)("delivers datagrams by their first bytes, and counts unclaimed ones, over %s", async (_name, ips) => {
    const w = world();
    const { from, to, address, seen } = await pair(w, ips);
    for (const content of ["d1", "x", "u1", "", "d2"]) from.send(address, bytes(content));
    await w.run(1_000);
    expect(seen).toEqual(["d: d1", "u: u1", "d: d2"]);
    expect([to.unclaimed, from.unclaimed]).toEqual([2, 0]);
  });

  it("gives a datagram and its sender to the first claim that passes, until that claim is withdrawn", async () => {
    const w = world();
    const { from, to, address, seen } = await pair(w);
    const early: Endpoint[] = [];
    const giveUp = to.claim(startsWith("q"), (_datagram, origin) => early.push(origin));
    to.claim(startsWith("q"), () => seen.push("late"));
    from.send(address, bytes("q"));
    await w.run(1_000);
    giveUp();
    giveUp();
    from.send(address, bytes("q"));
    await w.run(1_000);
    expect([early, seen]).toEqual([[{ ip: "10.0.0.1", port: 6881 }], ["late"]]);
  });

  it("lets a handler withdraw its own claim", async () => {
    const w = world();
    const { from, to, address } = await pair(w);
    let calls = 0;
    const giveUp = to.claim(startsWith("o"), () => {
      calls++;
      giveUp();
    });
    from.send(address, bytes("o"));
    from.send(address, bytes("o"));
    await w.run(1_000);
    expect([calls, to.unclaimed]).toEqual([1, 1]);
  });

  it("replies from the port that received the request", async () => {
    const w = world();
    const { from, to, address } = await pair(w);
    to.claim(startsWith("?"), (_datagram, origin) => to.send(origin, bytes("!")));
    const seen = listening(from, "!");
    from.send(address, bytes("?"));
    await w.run(1_000);
    expect(seen).toEqual(["!: !"]);
  });

  it("binds any free port when its own is taken", async () => {
    const w = world();
    const { runtime } = w.host("10.0.0.1");
    await runtime.datagrams.bind({ ip: "0.0.0.0", port: 6881, onDatagram: () => undefined });
    const notes: string[] = [];
    const port = new UdpPort({ runtime: { datagrams: runtime.datagrams, log: noting(notes) }, port: () => 6881 });
    await port.open(4);
    expect(port.local(4)?.port).toBeGreaterThan(6881);
    expect(notes).toEqual(["the UDP port is taken: binding any free port"]);
  });
});

function noting(notes: string[]): Log {
  return { ...silentLog, debug: (message) => notes.push(message) };
}

/** Sockets that open on demand. */
class SlowDatagrams implements Datagrams {
  readonly binds: BindOptions[] = [];
  readonly sent: string[] = [];
  open = 0;
  readonly #pending: ((error?: Error) => void)[] = [];

  bind(options: BindOptions): Promise<DatagramSocket> {
    this.binds.push(options);
    return new Promise((resolve, reject) => {
      this.#pending.push((error) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        this.open++;
        let isOpen = true;
        resolve({
          local: { ip: options.ip, port: options.port },
          receiveBufferBytes: 0,
          send: (content) => this.sent.push(text(content)),
          close: async () => {
            if (isOpen) this.open--;
            isOpen = false;
          },
        });
      });
    });
  }

  /** Completes the longest waiting bind. */
  async answer(error?: Error): Promise<void> {
    this.#pending.shift()?.(error);
    await settle();
  }
}

describe("UdpPort with sockets that open late", () => {
  const to4 = { ip: "10.0.0.9", port: 1 };
  const to6 = { ip: "2001:db8::9", port: 1 };
  function start(options: { readonly ip?: string; readonly port?: () => number } = {}) {
    const datagrams = new SlowDatagrams();
    const notes: string[] = [];
    return {
      datagrams,
      notes,
      port: new UdpPort({ runtime: { datagrams, log: noting(notes) }, port: () => 6881, ...options }),
    };
  }

  it("opens the socket of a family once, at first use, at the port of that moment", async () => {
    let wanted = 0;
    const { datagrams, port } = start({ port: () => wanted });
    expect(datagrams.binds).toEqual([]);
    wanted = 7_000;
    port.send(to4, bytes("a"));
    const opened = port.open(4);
    port.send(to6, bytes("b"));
    expect(datagrams.binds.map(({ ip, port: at }) => `${ip} ${at}`)).toEqual(["0.0.0.0 7000", ":: 7000"]);
    await datagrams.answer();
    await opened;
    expect([port.local(4), port.local(6)]).toEqual([{ ip: "0.0.0.0", port: 7_000 }, undefined]);
    await port.open(4);
    expect(datagrams.binds).toHaveLength(2);
  });

  it("sends queued datagrams in order, and drops those beyond the bound", async () => {
    const { datagrams, port } = start();
    const content = bytes("00");
    for (let n = 0; n < MAX_WAITING_DATAGRAMS + 5; n++) {
      content.set(bytes(String(n).padStart(2, "0")));
      port.send(to4, content);
    }
    await datagrams.answer();
    port.send(to4, bytes("last"));
    expect(datagrams.sent).toEqual([
      ...Array.from({ length: MAX_WAITING_DATAGRAMS }, (_, n) => String(n).padStart(2, "0")),
      "last",
    ]);
  });

  it("works with one family when the other cannot be opened, and retries that at its next use", async () => {
    const { datagrams, notes, port } = start();
    const six = port.open(6);
    const four = port.open(4);
    await Promise.all([
      expect(six).rejects.toMatchObject({ code: "net.unreachable" }),
      datagrams.answer(new NetworkError("net.unreachable", "no IPv6")),
    ]);
    await datagrams.answer();
    await four;
    port.send(to4, bytes("four"));
    expect(datagrams.sent).toEqual(["four"]);
    expect(notes).toEqual(["cannot open a UDP socket"]);
    const again = port.open(6);
    await datagrams.answer();
    await again;
    expect(port.local(6)).toEqual({ ip: "::", port: 6881 });
  });

  it("keeps a socket that reports an error", async () => {
    const { datagrams, notes, port } = start();
    port.send(to4, bytes("a"));
    await datagrams.answer();
    datagrams.binds[0]?.onError?.(new Error("lost"));
    port.send(to4, bytes("b"));
    expect([datagrams.sent, notes]).toEqual([["a", "b"], ["a UDP socket failed"]]);
  });

  it.each([
    ["10.0.0.1", ["10.0.0.1", "::"]],
    ["2001:db8::1", ["0.0.0.0", "2001:db8::1"]],
    ["::", ["0.0.0.0", "::"]],
  ])("binds %s for its family only", (ip, expected) => {
    const { datagrams, port } = start({ ip });
    port.send(to4, bytes("a"));
    port.send(to6, bytes("a"));
    expect(datagrams.binds.map((bind) => bind.ip)).toEqual(expected);
  });

  it.each([
    ["opens", undefined],
    ["fails", new NetworkError("net.failed", "no")],
    ["is taken", new NetworkError("net.address-in-use", "taken")],
  ])("leaves no socket open when it is closed before a socket %s", async (_name, outcome) => {
    const { datagrams, notes, port } = start();
    const opened = Promise.allSettled([port.open(4)]);
    port.send(to4, bytes("waits"));
    let isClosed = false;
    const closed = port.close().then(() => (isClosed = true));
    await settle();
    expect(isClosed).toBe(false);
    await datagrams.answer(outcome);
    await closed;
    expect((await opened)[0].status).toBe("rejected");
    expect([datagrams.open, datagrams.binds.length, datagrams.sent, notes]).toEqual([0, 1, [], []]);
    expect(port.local(4)).toBeUndefined();
  });

  it("does nothing once it is closed", async () => {
    const { datagrams, port } = start();
    const seen = listening(port, "d");
    port.send(to4, bytes("a"));
    await datagrams.answer();
    await Promise.all([port.close(), port.close()]);
    port.send(to4, bytes("b"));
    datagrams.binds[0]?.onDatagram(bytes("d"), to4);
    await expect(port.open(4)).rejects.toMatchObject({ code: "aborted" });
    expect([datagrams.open, datagrams.binds.length, datagrams.sent, seen, port.unclaimed]).toEqual([
      0,
      1,
      ["a"],
      [],
      0,
    ]);
  });
});

describe("UdpPort on this machine", () => {
  const runtime: Runtime = nodeRuntime();
  const ports: UdpPort[] = [];
  const make = (port: number): UdpPort => {
    const made = new UdpPort({ runtime, port: () => port });
    ports.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(ports.splice(0).map((port) => port.close()));
  });

  it("sends and receives over IPv4 and IPv6 with one port number", async () => {
    const there = make(0);
    await there.open(4);
    const number = there.local(4)?.port ?? 0;
    const both = make(0);
    const replies: string[] = [];
    const all = new Promise<void>((resolve) => {
      both.claim(startsWith("!"), (_datagram, from) => {
        replies.push(from.ip);
        if (replies.length === 2) resolve();
      });
    });
    const six = new UdpPort({ runtime, port: () => number });
    ports.push(six);
    await six.open(6);
    expect(six.local(6)?.port).toBe(number);
    for (const port of [there, six]) port.claim(startsWith("?"), (_datagram, from) => port.send(from, bytes("!")));
    both.send({ ip: "127.0.0.1", port: number }, bytes("?"));
    both.send({ ip: "::1", port: number }, bytes("?"));
    await all;
    expect(replies.sort()).toEqual(["127.0.0.1", "::1"]);
  });

  it("binds any free port when its own is taken, and its own once that is free", async () => {
    const first = make(0);
    await first.open(4);
    const number = first.local(4)?.port ?? 0;
    const second = make(number);
    await second.open(4);
    expect([0, number]).not.toContain(second.local(4)?.port);
    await Promise.all([first.close(), second.close()]);
    const third = make(number);
    await third.open(4);
    expect(third.local(4)?.port).toBe(number);
  });

  it("can be closed while its sockets are being opened", async () => {
    const port = make(0);
    const opened = Promise.allSettled([port.open(4), port.open(6)]);
    port.send({ ip: "127.0.0.1", port: 9 }, bytes("a"));
    await port.close();
    expect((await opened).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
