import { createHash } from "node:crypto";
import net from "node:net";
import { describe, expect, it } from "vitest";
import type { Listener, Socket } from "../index.ts";
import { adopt } from "./adopt.ts";
import { nodeNet } from "./net.ts";

const LENGTH = 5_000_000;

interface Pair {
  readonly dialed: Socket;
  readonly accepted: Socket;
  readonly listener: Listener;
}

async function pair(ip = "127.0.0.1"): Promise<Pair> {
  let onSocket: (socket: Socket) => void = () => undefined;
  const incoming = new Promise<Socket>((resolve) => {
    onSocket = resolve;
  });
  const listener = await nodeNet.listen({ ip, port: 0, onSocket: (socket) => onSocket(socket) });
  const dialed = await nodeNet.connect({ ip, port: listener.local.port, timeoutMs: 5_000 });
  return { dialed, accepted: await incoming, listener };
}

/** The digest of everything that arrives until the connection closes. */
function receive(socket: Socket): Promise<{ length: number; digest: string; error: Error | undefined }> {
  return new Promise((resolve) => {
    const sum = createHash("sha1");
    let length = 0;
    socket.start({
      onData: (chunk) => {
        sum.update(chunk);
        length += chunk.length;
      },
      onDrain: () => undefined,
      onClose: (error) => resolve({ length, digest: sum.digest("hex"), error }),
    });
  });
}

describe("nodeNet", () => {
  it("gives other work a turn while one connection sends at full speed", async () => {
    const { dialed, accepted, listener } = await pair();
    accepted.write(new Uint8Array(16 * 1024 * 1024));
    accepted.end();
    // The kernel's buffers are full before the first byte is read.
    await new Promise(setImmediate);
    const turns: number[] = [0];
    let isOpen = true;
    const turn = (): void => {
      turns.push(0);
      if (isOpen) setImmediate(turn);
    };
    setImmediate(turn);
    await new Promise<void>((resolve) => {
      dialed.start({
        onData: (chunk) => {
          turns.push((turns.pop() ?? 0) + chunk.length);
        },
        onDrain: () => undefined,
        onClose: () => resolve(),
      });
    });
    isOpen = false;
    expect(turns.reduce((sum, bytes) => sum + bytes)).toBe(16 * 1024 * 1024);
    expect(Math.max(...turns)).toBeLessThanOrEqual(1024 * 1024);
    await listener.close();
  });

  it("stays paused when the pause comes in the middle of a pour", async () => {
    const { dialed, accepted, listener } = await pair();
    accepted.write(new Uint8Array(8 * 1024 * 1024));
    let length = 0;
    let full = (): void => undefined;
    const paused = new Promise<void>((resolve) => {
      full = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      dialed.start({
        onData: (chunk) => {
          length += chunk.length;
          if (length < 1024 * 1024 || length - chunk.length >= 1024 * 1024) return;
          dialed.pause();
          full();
        },
        onDrain: () => undefined,
        onClose: () => resolve(),
      });
    });
    await paused;
    const before = length;
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(length).toBe(before);
    dialed.resume();
    accepted.end();
    await closed;
    expect(length).toBe(8 * 1024 * 1024);
    await listener.close();
  });

  it.each(["127.0.0.1", "::1"])("carries bytes both ways over %s, unchanged", async (ip) => {
    const data = new Uint8Array(LENGTH).map((_, index) => (index * 31) >>> 3);
    const expected = { length: LENGTH, digest: createHash("sha1").update(data).digest("hex"), error: undefined };
    const { dialed, accepted, listener } = await pair(ip);
    const towards = receive(accepted);
    dialed.write(data);
    dialed.end();
    expect(await towards).toEqual(expected);
    expect(accepted.remote).toEqual(dialed.local);
    await listener.close();
    const back = await pair(ip);
    const received = receive(back.dialed);
    back.accepted.write(data);
    back.accepted.end();
    expect(await received).toEqual(expected);
    await back.listener.close();
  });

  it("loses nothing that arrives before start", async () => {
    const { dialed, accepted, listener } = await pair();
    await new Promise((resolve) => {
      dialed.write(new Uint8Array(1000).fill(7), resolve);
    });
    const got = receive(accepted);
    dialed.end();
    expect((await got).length).toBe(1000);
    await listener.close();
  });

  it("write returns false above the high-water mark and onDrain follows", async () => {
    const { dialed, accepted, listener } = await pair();
    let drained = (): void => undefined;
    const drain = new Promise<void>((resolve) => {
      drained = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      dialed.start({ onData: () => undefined, onDrain: () => drained(), onClose: () => resolve() });
    });
    let writes = 0;
    while (dialed.write(new Uint8Array(256 * 1024))) expect(++writes).toBeLessThan(200);
    expect(dialed.queuedBytes).toBeGreaterThan(0);
    const got = receive(accepted);
    await drain;
    dialed.end();
    expect((await got).length).toBe((writes + 1) * 256 * 1024);
    await closed;
    await listener.close();
  });

  it("pause holds delivery back until resume", async () => {
    const { dialed, accepted, listener } = await pair();
    let seen = 0;
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      accepted.start({
        onData: (chunk) => {
          seen += chunk.length;
          accepted.pause();
          arrived();
        },
        onDrain: () => undefined,
        onClose: () => resolve(),
      });
    });
    dialed.write(new Uint8Array(1));
    await first;
    const flushed = new Promise((resolve) => {
      dialed.write(new Uint8Array(10), resolve);
    });
    await flushed;
    expect(seen).toBe(1);
    accepted.resume();
    dialed.end();
    accepted.destroy();
    await closed;
    await listener.close();
  });

  it("connect rejects with a typed error when no server listens", async () => {
    const { dialed, accepted, listener } = await pair();
    const { port } = listener.local;
    dialed.destroy();
    accepted.destroy();
    await listener.close();
    await expect(nodeNet.connect({ ip: "127.0.0.1", port, timeoutMs: 1000 })).rejects.toMatchObject({
      name: "NetworkError",
      code: "net.refused",
    });
  });

  it("connect can be aborted", async () => {
    const listener = await nodeNet.listen({ ip: "127.0.0.1", port: 0, onSocket: (socket) => socket.destroy() });
    const promise = nodeNet.connect({
      ip: "127.0.0.1",
      port: listener.local.port,
      timeoutMs: 1000,
      signal: AbortSignal.abort(),
    });
    await expect(promise).rejects.toMatchObject({ name: "AbortError" });
    await listener.close();
  });

  it("listen rejects when the port is taken", async () => {
    const listener = await nodeNet.listen({ ip: "127.0.0.1", port: 0, onSocket: (socket) => socket.destroy() });
    await expect(
      nodeNet.listen({ ip: "127.0.0.1", port: listener.local.port, onSocket: () => undefined }),
    ).rejects.toMatchObject({ code: "net.address-in-use" });
    await listener.close();
  });

  it("resolve returns an address as itself", async () => {
    expect(await nodeNet.resolve("::ffff:127.0.0.1")).toEqual(["127.0.0.1"]);
    expect(await nodeNet.resolve("localhost")).toContain("127.0.0.1");
  });
});

describe("adopt", () => {
  it("works on this Node: an accepted socket reads into the given buffer", async () => {
    const buffer = new Uint8Array(64);
    const text = await new Promise<string>((resolve, reject) => {
      const server = net.createServer({ pauseOnConnect: true }, (accepted) => {
        const options: net.SocketConstructorOpts & { onread: net.OnReadOpts } = {
          onread: {
            buffer,
            callback: (length) => {
              resolve(Buffer.from(buffer.subarray(0, length)).toString());
              return true;
            },
          },
        };
        const socket = adopt(accepted, options);
        if (socket === undefined) reject(new Error("not adopted"));
        socket?.resume();
        socket?.on("close", () => server.close());
      });
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address !== null && typeof address === "object") net.connect(address.port, "127.0.0.1").end("hello");
      });
    });
    expect(text).toBe("hello");
  });
});
