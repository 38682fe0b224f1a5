import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpRequest, HttpServer } from "../../index.ts";
import { nodeHttpClient } from "./client.ts";
import { nodeHttpServers } from "./server.ts";

let server: HttpServer;
beforeEach(async () => {
  server = await nodeHttpServers.serve({
    ip: "127.0.0.1",
    port: 0,
    onRequest: ({ target }) => {
      const [, what, count] = target.split("/");
      if (what === "zip")
        return {
          status: 200,
          headers: { "content-encoding": "gzip" },
          body: new Uint8Array(gzipSync(Buffer.alloc(Number(count), 7))),
        };
      if (what === "hop")
        return Number(count) === 0
          ? { status: 200, body: "there" }
          : { status: 302, headers: { location: `/hop/${Number(count) - 1}` }, body: "" };
      return { status: 404, body: target };
    },
  });
});
afterEach(() => server.close());

const get = (path: string, more: Partial<HttpRequest> = {}): ReturnType<typeof nodeHttpClient.get> =>
  nodeHttpClient.get({
    url: `http://127.0.0.1:${server.local.port}${path}`,
    maxBytes: 100_000,
    firstByteTimeoutMs: 10_000,
    totalTimeoutMs: 20_000,
    maxRedirects: 2,
    ...more,
  });

describe("nodeHttpClient and nodeHttpServers", () => {
  it("take any status, with the target as it was sent", async () => {
    const reply = await get("/announce?info_hash=%00%FF%41&x=1");
    expect([reply.status, Buffer.from(reply.body).toString()]).toEqual([404, "/announce?info_hash=%00%FF%41&x=1"]);
  });

  it("unpack gzip, but not beyond the limit", async () => {
    expect((await get("/zip/100000")).body).toEqual(new Uint8Array(100_000).fill(7));
    await expect(get("/zip/100001")).rejects.toMatchObject({ code: "http.too-long" });
    await expect(get("/zip/50000000")).rejects.toMatchObject({ code: "http.too-long" });
  });

  it("follow so many redirects and no more, each checked", async () => {
    const checked: string[] = [];
    const check = (url: URL): undefined => void checked.push(url.pathname);
    expect(Buffer.from((await get("/hop/2", { check })).body).toString()).toBe("there");
    expect(checked).toEqual(["/hop/2", "/hop/1", "/hop/0"]);
    await expect(get("/hop/3")).rejects.toMatchObject({ code: "http.redirects" });
    await expect(
      get("/hop/1", { check: (url) => (url.pathname === "/hop/0" ? "not there" : undefined) }),
    ).rejects.toMatchObject({ code: "http.forbidden" });
  });

  it("reject with the cause when no server listens, or the caller aborts", async () => {
    const { port } = server.local;
    await expect(get("/x", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    await expect(
      nodeHttpServers.serve({ ip: "127.0.0.1", port, onRequest: () => ({ status: 200, body: "" }) }),
    ).rejects.toMatchObject({ code: "net.address-in-use" });
    await server.close();
    await expect(get("/x")).rejects.toMatchObject({ code: "http.refused" });
  });
});
