import dgram from "node:dgram";
import http from "node:http";
import net from "node:net";
import zlib from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { nodeRuntime } from "../runtime/node/index.ts";
import { INFO_HASH, PEER_ID } from "../../test/support/tracker-fakes.ts";
import type { AnnounceRequest } from "./index.ts";
import { announce, MAX_REPLY_BYTES } from "./index.ts";

const runtime = nodeRuntime();
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function listenHttp(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/announce`);
    });
  });
}

function request(url: string, more: Partial<AnnounceRequest> = {}): AnnounceRequest {
  return { url, infoHash: INFO_HASH, peerId: PEER_ID, port: 1, uploaded: 0, downloaded: 0, left: 5, ...more };
}

/** The error that an announce ends with; it must be one clean line. */
async function errorOf(url: string, more: Partial<AnnounceRequest> = {}): Promise<{ code: string; message: string }> {
  const error: unknown = await announce(runtime, request(url, more)).then(
    () => new Error("was accepted"),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: "TrackerError" });
  const { code, message } = error as { code: string; message: string };
  expect(message).not.toMatch(/\p{Cc}/u);
  expect(message.length).toBeLessThan(500);
  return { code, message };
}

describe("announce to an HTTP server that", () => {
  it.each([
    ["sends rubbish", "\u0000\u0001\u001b[2Jrubbish", "tracker.malformed"],
    ["sends a web page", "<!doctype html><title>It works!</title>", "tracker.html"],
    ["sends nothing", "", "tracker.empty"],
  ])("%s", async (_name, body, code) => {
    const url = await listenHttp((_request, response) => response.end(body));
    expect((await errorOf(url)).code).toBe(code);
  });

  it("sends 10 MB", async () => {
    const url = await listenHttp((_request, response) => response.end(Buffer.alloc(10_000_000, "d")));
    expect((await errorOf(url)).code).toBe("tracker.too-long");
  });

  it("sends a bomb: 1 GB in 1 MB of gzip", async () => {
    // 64 zipped members in a row are one zip file of 64 times the length.
    const member = zlib.gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    expect(bomb.length).toBeLessThan(MAX_REPLY_BYTES);
    const url = await listenHttp((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    const before = process.memoryUsage().rss;
    expect((await errorOf(url)).code).toBe("tracker.too-long");
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it("replies in gzip, which is decoded", async () => {
    const url = await listenHttp((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync("d8:intervali9e5:peers0:e")),
    );
    expect((await announce(runtime, request(url))).interval).toBe(9);
  });

  it("damages its gzip", async () => {
    const url = await listenHttp((_request, response) =>
      response
        .writeHead(200, { "content-encoding": "gzip" })
        .end(zlib.gzipSync("d8:intervali9e5:peers0:e").fill(7, 12)),
    );
    expect((await errorOf(url)).code).toBe("tracker.malformed");
  });

  it("redirects in circles", async () => {
    const url = await listenHttp((incoming, response) =>
      response.writeHead(302, { location: incoming.url ?? "/" }).end(),
    );
    expect((await errorOf(url)).code).toBe("tracker.redirects");
  });

  it("redirects once, which is allowed, and keeps the query", async () => {
    const url = await listenHttp((incoming, response) => {
      if (incoming.url?.startsWith("/announce") === true)
        response.writeHead(301, { location: incoming.url.replace("announce", "other") }).end();
      else response.end(incoming.url?.includes("info_hash=") === true ? "d8:intervali9e5:peers0:e" : "");
    });
    expect((await announce(runtime, request(url))).interval).toBe(9);
  });

  it("redirects to an address that `check` refuses", async () => {
    const url = await listenHttp((_request, response) =>
      response.writeHead(302, { location: "http://127.0.0.2/admin" }).end(),
    );
    const check = (to: URL): string | undefined => (to.hostname === "127.0.0.2" ? "a private address" : undefined);
    expect(await errorOf(url, { check })).toMatchObject({
      code: "tracker.forbidden",
      message: expect.stringContaining("a private address") as string,
    });
  });

  it("refuses with a status, with and without a reason", async () => {
    const url = await listenHttp((incoming, response) =>
      response
        .writeHead(403)
        .end(incoming.url?.includes("left=0") === true ? "Forbidden\n" : "d14:failure reason6:bannede"),
    );
    expect(await errorOf(url)).toMatchObject({
      code: "tracker.failure",
      message: `${url}: the tracker refuses: banned`,
    });
    expect(await errorOf(url, { left: 0 })).toMatchObject({
      code: "tracker.http-status",
      message: `${url}: the tracker replied with HTTP status 403: “Forbidden”`,
    });
  });

  it("never replies", async () => {
    const url = await listenHttp(() => undefined);
    const { code, message } = await errorOf(`${url}?passkey=secret`, { timeoutMs: 100 });
    expect(code).toBe("tracker.timeout");
    expect(message).toContain(url);
    expect(message).not.toMatch(/secret|info_hash/);
  });

  it("never ends", async () => {
    const url = await listenHttp((_request, response) => void response.writeHead(200).write("d8:interval"));
    expect((await errorOf(url, { timeoutMs: 100 })).code).toBe("tracker.timeout");
  });

  it("is no HTTP server", async () => {
    const server = net.createServer((socket) => socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.2\r\n"));
    closing.push(() => server.close());
    const url = await new Promise<string>((resolve) => {
      server.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}/announce`),
      );
    });
    expect((await errorOf(url)).code).toMatch(/^tracker\.(malformed|failed)$/);
    server.close();
  });

  it("refuses the connection, and its passkey is not in the message", async () => {
    const url = await listenHttp(() => undefined);
    for (const close of closing.splice(0)) close();
    const { code, message } = await errorOf(`${url}?passkey=secret`);
    expect(code).toBe("tracker.refused");
    expect(message).not.toContain("secret");
  });

  it("ends at once when aborted", async () => {
    const url = await listenHttp(() => undefined);
    const controller = new AbortController();
    const announcing = announce(runtime, request(url), controller.signal);
    controller.abort();
    await expect(announcing).rejects.toMatchObject({ code: "aborted" });
    await expect(announce(runtime, request(url), controller.signal)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("announce to a UDP socket that", () => {
  async function listenUdp(reply: (bytes: Buffer) => Buffer | undefined): Promise<string> {
    const socket = dgram.createSocket("udp4");
    closing.push(() => socket.close());
    socket.on("message", (bytes, from) => {
      const answer = reply(bytes);
      if (answer !== undefined) socket.send(answer, from.port, from.address);
    });
    await new Promise<void>((resolve) => {
      socket.bind(0, "127.0.0.1", resolve);
    });
    return `udp://127.0.0.1:${socket.address().port}`;
  }

  it.each([
    ["is silent", () => undefined],
    ["sends rubbish", () => Buffer.alloc(60_000, 0x41)],
    ["echoes", (bytes: Buffer) => bytes],
    [
      "answers with a wrong transaction id",
      (bytes: Buffer) =>
        Buffer.concat([Buffer.alloc(4), Buffer.from(bytes.subarray(12, 16)).fill(9, 0, 1), Buffer.alloc(8)]),
    ],
  ])("%s", async (_name, reply) => {
    expect((await errorOf(await listenUdp(reply), { timeoutMs: 150, retransmitMs: 50 })).code).toBe("tracker.timeout");
  });

  it("sends an error with terminal escapes", async () => {
    const url = await listenUdp((bytes) =>
      Buffer.concat([Buffer.from([0, 0, 0, 3]), bytes.subarray(12, 16), Buffer.from("\u001b[31mno\r\n")]),
    );
    expect(await errorOf(url)).toMatchObject({
      code: "tracker.failure",
      message: `${url}: the tracker refuses: [31mno`,
    });
  });
});
