import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { digest, makePlay } from "../../test/support/stage.ts";
import { InfoHash } from "../base/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { simWorld } from "../sim/index.ts";
import { Selection } from "./content/selection.ts";
import { isPath, resolveSource } from "./source.ts";

describe("isPath", () => {
  it("returns true for paths, and false for links and bytes", () => {
    for (const path of [
      "ab".repeat(19),
      `./${"ab".repeat(20)}`,
      "a.torrent",
      "/a.torrent",
      "C:\\a.torrent",
      "magnets/a.torrent",
      "http.torrent",
    ])
      expect(isPath(path), path).toBe(true);
    const hashes = ["aB".repeat(20), `\t${"a2".repeat(16)}`, ` ${"ab".repeat(32)}\n`];
    for (const source of [
      "magnet:?xt=urn:btih:0",
      " MAGNET:?x",
      "http://a/",
      "\nHTTPS://a/b",
      ...hashes,
      new Uint8Array(),
    ])
      expect(isPath(source), String(source)).toBe(false);
  });
});

describe("resolveSource", () => {
  it("reads a torrent from its bytes, a path, a URL and a magnet link", async () => {
    const { metainfo } = await makePlay({ "a.bin": 100_000 });
    const bytes = metainfo.torrentBytes();
    const world = simWorld({ digest });
    const [here, web] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
    here.disk.put("/a.torrent", bytes);
    await web.runtime.httpServers.serve({
      ip: "0.0.0.0",
      port: 80,
      onRequest: ({ target }) => ({ status: target === "/a" ? 200 : 404, body: bytes }),
    });
    const resolve = (source: string | Uint8Array) =>
      world.settled(resolveSource(here.runtime, source, undefined), 60_000);
    for (const source of [bytes, "/a.torrent", "http://10.0.0.2/a"])
      expect(await resolve(source)).toMatchObject({ kind: "metainfo", metainfo: { name: "a.bin" } });
    const { hex } = metainfo.id;
    for (const source of [
      `magnet:?xt=urn:btih:${hex}`,
      ` magnet:?xt=urn:btih:${hex}\n`,
      hex,
      `  ${hex.toUpperCase()} `,
    ]) {
      expect(await resolve(source), source).toMatchObject({ kind: "magnet", magnet: { infoHash: metainfo.id } });
    }
    expect(await resolve(" http://10.0.0.2/a ")).toMatchObject({ kind: "metainfo" });
    await expect(resolve("http://10.0.0.2/b")).rejects.toMatchObject({ code: "http.status" });
    await expect(resolve("http://10.0.0.3/a")).rejects.toMatchObject({ code: "http.timeout" });
    await expect(resolve("/nothing")).rejects.toMatchObject({ code: "storage.not-found" });
    await expect(resolve(new Uint8Array([1, 2, 3]))).rejects.toThrow("the given data is not a usable torrent");
  });

  it("rejects with the title of a web page at a URL or in a file", async () => {
    const world = simWorld({ digest });
    const [here, web] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
    const page = "<!DOCTYPE html><title>Log in</title>";
    here.disk.put("/a.torrent", new TextEncoder().encode(page));
    await web.runtime.httpServers.serve({ ip: "0.0.0.0", port: 80, onRequest: () => ({ status: 200, body: page }) });
    for (const source of ["http://10.0.0.2/a.torrent", "/a.torrent"]) {
      const resolved = world.settled(resolveSource(here.runtime, source, undefined), 60_000);
      await expect(resolved).rejects.toMatchObject({ code: "metainfo.web-page" });
      await expect(resolved).rejects.toThrow(`${source} is not a usable torrent: it is a web page: “Log in”`);
    }
  });

  it("accepts a redirect to a magnet link, and no other scheme than http and https", async () => {
    const server = createServer((request, response) => {
      const location = {
        "/magnet": `magnet:?xt=urn:btih:${"ab".repeat(20)}&dn=C%2B%2B+x`,
        "/broken": "magnet:?xt=urn:btih:no",
        "/file": "file:///etc/passwd",
        "/twice": "/magnet",
      };
      response.writeHead(302, { location: location[(request.url ?? "") as keyof typeof location] }).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const resolve = (path: string) => resolveSource(nodeRuntime(), `http://127.0.0.1:${port}${path}`, undefined);
    try {
      for (const path of ["/magnet", "/twice"]) {
        expect(await resolve(path)).toMatchObject({
          kind: "magnet",
          magnet: { infoHash: InfoHash.parse("ab".repeat(20)), name: "C++ x" },
        });
      }
      await expect(resolve("/broken")).rejects.toMatchObject({ code: "magnet.topic" });
      await expect(resolve("/file")).rejects.toMatchObject({ code: "http.forbidden" });
    } finally {
      server.close();
    }
  });
});

describe("Selection", () => {
  it("gives a piece the highest priority of its files, and counts bytes", async () => {
    const { metainfo } = await makePlay({ "a.bin": 100_000, "b.bin": 100_000, "c.bin": 100_000 });
    const level = { "a.bin": "low", "b.bin": "skip", "c.bin": "high" } as const;
    const selection = new Selection(
      metainfo.layout,
      { priorities: (_, path) => level[path as keyof typeof level] },
      [],
    );
    // 300,000 bytes in pieces of 65,536: a in 0 and 1, b in 1 to 3, c in 3 and 4.
    expect(selection.pieces()).toEqual(["low", "low", "skip", "high", "high"]);
    expect([selection.wantedBytes, selection.doneBytes, selection.left]).toEqual([300_000 - 65_536, 0, 300_000]);
    for (const piece of [0, 2, 4]) selection.onPiece(piece);
    expect(selection.doneBytes).toBe(65_536 + (300_000 - 4 * 65_536));
    selection.change(new Map([[0, "skip"]]));
    expect(selection.pieces()).toEqual(["skip", "skip", "skip", "high", "high"]);
    expect(new Selection(metainfo.layout, {}, [{ first: 1, last: 1 }]).pieces()).toEqual([
      "skip",
      "normal",
      "normal",
      "normal",
      "skip",
    ]);
  });
});
