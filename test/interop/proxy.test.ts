import { createHash } from "node:crypto";
import dgram from "node:dgram";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { errorCode } from "../../src/base/index.ts";
import type { Runtime, Socket } from "../../src/runtime/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { eventually, freePort } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { startProxy, type ProxyKind } from "../support/proxies.ts";
import { noise } from "../support/stage.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PACKAGES = { dante: "dante-server", microsocks: "microsocks", tinyproxy: "tinyproxy" } as const;
const GET = { maxBytes: 100_000, firstByteTimeoutMs: 20_000, totalTimeoutMs: 20_000, maxRedirects: 2 };

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function through(url: string, only = true): Runtime {
  const runtime = nodeRuntime({ proxy: { url, only } });
  closing.push(() => runtime.close());
  return runtime;
}

/** A TCP server that greets at once, then sends back what it receives. */
async function echoServer(): Promise<number> {
  const server = net.createServer((socket) => {
    socket.write("hello");
    socket.pipe(socket);
    socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Reads `length` bytes from a socket. */
function read(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    socket.start({
      onData: (chunk) => {
        chunks.push(Buffer.from(chunk));
        received += chunk.length;
        if (received >= length) resolve(Buffer.concat(chunks));
      },
      onDrain: () => undefined,
      onClose: (error) => reject(error ?? new Error(`closed after ${received} bytes`)),
    });
  });
}

/** The code of the error with which a promise rejects. */
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: unknown) => errorCode(error) ?? String(error),
  );

const sha1 = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

const kinds: readonly ProxyKind[] = ["dante", "microsocks", "tinyproxy"];
for (const kind of kinds) {
  const lacking = missing(PACKAGES[kind]);
  describe.skipIf(lacking.length > 0)(`the proxy ${kind}${because(lacking)}`, () => {
    it("forwards connections, with all bytes in order", async () => {
      const runtime = through(await startProxy(kind, { home: await tempFolder() }));
      const port = await echoServer();
      const socket = await runtime.net.connect({ ip: "127.0.0.1", port, timeoutMs: 20_000 });
      expect(socket.remote).toEqual({ ip: "127.0.0.1", port });
      const sent = noise(3_000_000);
      const received = read(socket, sent.length + 5);
      socket.write(sent);
      const bytes = await received;
      expect([bytes.subarray(0, 5).toString(), sha1(bytes.subarray(5))]).toEqual(["hello", sha1(sent)]);
      socket.destroy();
    });

    it("rejects connections that fail, to the host and to the proxy, and that are aborted", async () => {
      const runtime = through(await startProxy(kind, { home: await tempFolder() }));
      const port = await freePort();
      const connecting = runtime.net.connect({ ip: "127.0.0.1", port, timeoutMs: 20_000 });
      expect(await codeOf(connecting)).toMatch(/^net\.(?:refused|unreachable|failed)$/);
      await expect(connecting).rejects.toThrow(`127.0.0.1 port ${port} through the proxy`);
      const abort = new AbortController();
      const aborted = runtime.net.connect({ ip: "127.0.0.1", port, timeoutMs: 20_000, signal: abort.signal });
      abort.abort();
      await expect(aborted).rejects.toMatchObject({ code: "aborted" });
      const nowhere = through(`${kind === "tinyproxy" ? "http" : "socks5"}://127.0.0.1:${port}`);
      await expect(nowhere.net.connect({ ip: "127.0.0.1", port: 1, timeoutMs: 20_000 })).rejects.toThrow(
        `cannot connect to the proxy 127.0.0.1:${port}: connection refused`,
      );
    });

    it("forwards HTTP requests", async () => {
      const server = http.createServer((request, response) => {
        if (request.url === "/moved") response.writeHead(302, { location: "/here" }).end();
        else response.end(`from ${request.socket.remoteAddress ?? ""} ${request.url ?? ""}`);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      closing.push(() => void server.close());
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const runtime = through(await startProxy(kind, { home: await tempFolder() }));
      const reply = await runtime.http.get({ ...GET, url: `http://127.0.0.1:${port}/moved` });
      expect([reply.status, Buffer.from(reply.body).toString()]).toEqual([200, "from 127.0.0.1 /here"]);
      const refused = runtime.http.get({ ...GET, url: `http://127.0.0.1:${await freePort()}/` });
      expect(await codeOf(refused)).toMatch(/^http\.(?:refused|failed)$/);
    });

    it("accepts nothing, and looks up nothing, when all traffic uses it", async () => {
      const runtime = through(await startProxy(kind, { home: await tempFolder() }));
      await expect(runtime.net.listen({ ip: "127.0.0.1", port: 0, onSocket: () => undefined })).rejects.toMatchObject({
        code: "net.denied",
      });
      expect(await runtime.multicast.interfaces()).toEqual([]);
      expect(await runtime.net.resolve("192.0.2.1")).toEqual(["192.0.2.1"]);
      // An address that stands for the name.
      expect(await runtime.net.resolve("tracker.example")).toEqual([expect.stringMatching(/^4d69:/)]);
    });

    if (kind === "dante") return;
    it("requires a user name and password", async () => {
      const login = { user: "someone", password: "secret-word" };
      const url = await startProxy(kind, { home: await tempFolder(), login });
      const port = await echoServer();
      const to = { ip: "127.0.0.1", port, timeoutMs: 20_000 };
      const runtime = through(url.replace("://", "://someone:secret-word@"));
      const socket = await runtime.net.connect(to);
      expect((await read(socket, 5)).toString()).toBe("hello");
      socket.destroy();
      for (const wrong of [url, url.replace("://", "://someone:wrong@")])
        expect(await codeOf(through(wrong).net.connect(to))).toMatch(/^net\.(?:denied|failed)$/);
    });
  });
}

const lackingDante = missing("dante-server");
describe.skipIf(lackingDante.length > 0)(`UDP through dante${because(lackingDante)}`, () => {
  it("forwards datagrams both ways", async () => {
    const server = dgram.createSocket("udp4");
    server.on("message", (bytes, from) => server.send(Buffer.from(`re: ${bytes.toString()}`), from.port, from.address));
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => void server.close());
    const { port } = server.address();
    const runtime = through(await startProxy("dante", { home: await tempFolder() }));
    const received: string[] = [];
    const socket = await runtime.datagrams.bind({
      ip: "0.0.0.0",
      port: 0,
      onDatagram: (bytes, from) => received.push(`${from.ip}:${from.port} ${Buffer.from(bytes).toString()}`),
    });
    closing.push(() => socket.close());
    await eventually("a reply arrives", () => {
      socket.send(Buffer.from("one"), { ip: "127.0.0.1", port });
      return received.length > 0;
    });
    expect(new Set(received)).toEqual(new Set([`127.0.0.1:${port} re: one`]));
  });
});

const lackingOthers = missing("microsocks", "tinyproxy");
describe.skipIf(lackingOthers.length > 0)(`UDP with a proxy that does not forward it${because(lackingOthers)}`, () => {
  it.each(["microsocks", "tinyproxy"] as const)("is refused, or sent directly if that is allowed: %s", async (kind) => {
    const url = await startProxy(kind, { home: await tempFolder() });
    const options = { ip: "127.0.0.1", port: 0, onDatagram: () => undefined };
    await expect(through(url).datagrams.bind(options)).rejects.toMatchObject({ code: "net.denied" });
    const socket = await through(url, false).datagrams.bind(options);
    expect(socket.local.port).toBeGreaterThan(0);
    await socket.close();
  });
});
