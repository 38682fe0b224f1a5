import { describe, expect, it } from "vitest";
import { digest, makePlay } from "../../test/support/stage.ts";
import { simWorld } from "../sim/index.ts";
import { Selection } from "./selection.ts";
import { isPath, resolveSource } from "./source.ts";

describe("isPath", () => {
  it("tells files on this machine from what comes over the network or is here already", () => {
    for (const path of ["a.torrent", "/a.torrent", "C:\\a.torrent", "magnets/a.torrent", "http.torrent"]) expect(isPath(path), path).toBe(true);
    for (const source of ["magnet:?xt=urn:btih:0", "MAGNET:?x", "http://a/", "HTTPS://a/b", new Uint8Array()]) expect(isPath(source), String(source)).toBe(false);
  });
});

describe("resolveSource", () => {
  it("reads a torrent from its bytes, a path, an address and a magnet link", async () => {
    const { metainfo } = await makePlay({ "a.bin": 100_000 });
    const bytes = metainfo.torrentBytes();
    const world = simWorld({ digest });
    const [here, web] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
    here.disk.put("/a.torrent", bytes);
    await web.runtime.httpServers.serve({ ip: "0.0.0.0", port: 80, onRequest: ({ target }) => ({ status: target === "/a" ? 200 : 404, body: bytes }) });
    const resolve = (source: string | Uint8Array) => world.settled(resolveSource(here.runtime, source, undefined), 60_000);
    for (const source of [bytes, "/a.torrent", "http://10.0.0.2/a"]) expect(await resolve(source)).toMatchObject({ kind: "metainfo", metainfo: { name: "a.bin" } });
    expect(await resolve(`magnet:?xt=urn:btih:${metainfo.id.hex}`)).toMatchObject({ kind: "magnet" });
    await expect(resolve("http://10.0.0.2/b")).rejects.toMatchObject({ code: "http.status" });
    await expect(resolve("http://10.0.0.3/a")).rejects.toMatchObject({ code: "http.timeout" });
    await expect(resolve("/nothing")).rejects.toMatchObject({ code: "storage.not-found" });
    await expect(resolve(new Uint8Array([1, 2, 3]))).rejects.toThrow("the given bytes is not a usable torrent");
  });
});

describe("Selection", () => {
  it("wants a piece as much as the most wanted file in it, and counts bytes", async () => {
    const { metainfo } = await makePlay({ "a.bin": 100_000, "b.bin": 100_000, "c.bin": 100_000 });
    const level = { "a.bin": "low", "b.bin": "skip", "c.bin": "high" } as const;
    const selection = new Selection(metainfo.layout, { priorities: (_, path) => level[path as keyof typeof level] }, []);
    // 300,000 bytes in pieces of 65,536: a in 0 and 1, b in 1 to 3, c in 3 and 4.
    expect(selection.pieces()).toEqual(["low", "low", "skip", "high", "high"]);
    expect([selection.wantedBytes, selection.doneBytes, selection.left]).toEqual([300_000 - 65_536, 0, 300_000]);
    for (const piece of [0, 2, 4]) selection.onPiece(piece);
    expect(selection.doneBytes).toBe(65_536 + (300_000 - 4 * 65_536));
    selection.change(new Map([[0, "skip"]]));
    expect(selection.pieces()).toEqual(["skip", "skip", "skip", "high", "high"]);
    expect(new Selection(metainfo.layout, {}, [{ first: 1, last: 1 }]).pieces()).toEqual(["skip", "normal", "normal", "normal", "skip"]);
  });
});
