import { beforeAll, describe, expect, it } from "vitest";
import { makePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import type { AddOptions } from "../../client/index.ts";
import type { HttpServerReply, HttpServerRequest } from "../../runtime/index.ts";
import { WEB_SEED_RETRY_MS } from "./limits.ts";

const PIECE = 65_536;
const SERVER = "10.0.0.80";
const URL_BASE = `http://${SERVER}/`;

type Serve = (request: HttpServerRequest, file: Uint8Array | undefined) => HttpServerReply;

/** Serves a range of a file, as a web server does. */
const good: Serve = ({ headers }, file) => {
  if (file === undefined) return { status: 404, body: "" };
  const match = /^bytes=(\d+)-(\d+)$/.exec(String(headers["range"] ?? ""));
  if (match === null) return { status: 200, headers: { "content-length": String(file.length) }, body: file };
  const [first, last] = [Number(match[1]), Math.min(Number(match[2]), file.length - 1)];
  return {
    status: 206,
    headers: {
      "content-length": String(last - first + 1),
      "content-range": `bytes ${first}-${last}/${file.length}`,
    },
    body: file.subarray(first, last + 1),
  };
};

async function start(
  play: Play,
  serve: Serve = good,
  add: AddOptions = {},
): Promise<{ stage: Stage; leecher: Actor; requests: HttpServerRequest[] }> {
  const stage = new Stage(play);
  const requests: HttpServerRequest[] = [];
  const { runtime } = stage.world.host(SERVER);
  await runtime.httpServers.serve({
    ip: SERVER,
    port: 80,
    onRequest: (request) => {
      requests.push(request);
      const path = decodeURIComponent(request.target.slice(1).replace(/\?.*/, ""));
      return serve(request, play.files.get(path));
    },
  });
  const leecher = await stage.leecher("10.0.0.2", { webSeeds: [URL_BASE], ...add });
  return { stage, leecher, requests };
}

let one: Play;
let many: Play;
beforeAll(async () => {
  one = await makePlay({ "a b.bin": 40 * PIECE + 20_000 }, PIECE);
  many = await makePlay({ "x y.bin": 100_000, empty: 0, "sub/z%.bin": 300_000, "c.bin": 10, "d.bin": 70_000 }, PIECE);
});

describe("WebSeed", () => {
  it("downloads a file without peers, in few requests", async () => {
    const { stage, leecher, requests } = await start(one);
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(requests.length).toBeLessThan(10);
    expect(requests[0]?.target).toBe("/a%20b.bin");
    expect(requests[0]?.headers).toMatchObject({ "accept-encoding": "identity" });
    expect(leecher.torrent.status().downloaded).toBe(40 * PIECE + 20_000);
    await stage.close();
  });

  it.each(["v1", "hybrid", "v2"] as const)("downloads many files of a %s torrent", async (version) => {
    const play =
      version === "v1"
        ? many
        : await makePlay({ "x y.bin": 100_000, "sub/z%.bin": 300_000, "c.bin": 10 }, PIECE, version);
    const { stage, leecher, requests } = await start(play);
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(requests.every(({ target }) => !target.includes(".pad"))).toBe(true);
    await stage.close();
  });

  it("drops a server that does not have the file, and reports why", async () => {
    const { stage, leecher, requests } = await start(one, () => ({ status: 404, body: "" }));
    await stage.world.run(120_000);
    expect(requests).toHaveLength(1);
    expect(leecher.torrent.swarm?.webSeeds()).toMatchObject([{ state: "dropped", error: { code: "webseed.missing" } }]);
    await stage.close();
  });

  it("waits as long as a busy server says", async () => {
    let isBusy = true;
    const { stage, leecher, requests } = await start(one, (request, file) =>
      isBusy ? { status: 503, headers: { "retry-after": "40" }, body: "" } : good(request, file),
    );
    await stage.world.run(30_000);
    expect(requests).toHaveLength(1);
    expect(leecher.torrent.swarm?.webSeeds()).toMatchObject([{ state: "waiting", error: { code: "webseed.busy" } }]);
    isBusy = false;
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
    await stage.close();
  });

  it("drops a server of bad data", async () => {
    const { stage, leecher } = await start(one, (request, file) =>
      good(
        request,
        file?.map((byte) => byte ^ 1),
      ),
    );
    const seeds = (): unknown => leecher.torrent.swarm?.webSeeds()[0]?.state;
    expect(await stage.world.until(() => seeds() === "dropped", 60_000)).toBe(true);
    expect(leecher.torrent.swarm?.webSeeds()).toMatchObject([{ error: { code: "webseed.bad-data" } }]);
    await stage.close();
  });

  it.each([
    ["webseed.encoding", "dropped", { status: 206, headers: { "content-encoding": "gzip" }, body: "x" }],
    ["webseed.range", "waiting", { status: 206, headers: { "content-range": "bytes 5-9/100" }, body: "x" }],
    ["webseed.length", "dropped", { status: 200, headers: { "content-length": "5" }, body: "12345" }],
    ["webseed.length", "dropped", { status: 416, body: "" }],
    ["webseed.status", "dropped", { status: 403, body: "" }],
    ["http.redirects", "dropped", { status: 302, headers: { location: "/again" }, body: "" }],
  ] as const)("%s: %s", async (code, state, reply) => {
    const { stage, leecher } = await start(one, () => reply);
    await stage.world.run(5_000);
    expect(leecher.torrent.swarm?.webSeeds()).toMatchObject([{ state, error: { code } }]);
    await stage.close();
  });

  it("continues behind a reply that was cut off", async () => {
    let cut = 0;
    const { stage, leecher } = await start(one, (request, file) => {
      const reply = good(request, file);
      if (cut++ > 1 || typeof reply.body === "string") return reply;
      return { ...reply, body: reply.body.subarray(0, reply.body.length / 2) };
    });
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 10 * WEB_SEED_RETRY_MS)).toBe(true);
    expect(stage.isWhole(leecher.host)).toBe(true);
    await stage.close();
  });

  it("reads a small file from a server without ranges", async () => {
    const play = await makePlay({ "small.bin": 300_000 }, PIECE);
    const { stage, leecher } = await start(play, (_request, file) =>
      file === undefined ? { status: 404, body: "" } : { status: 200, body: file },
    );
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
    expect(stage.isWhole(leecher.host)).toBe(true);
    await stage.close();
  });

  it("is used beside peers", async () => {
    const play = await makePlay({ "big.bin": 200 * PIECE }, PIECE);
    const stage = new Stage(play);
    const { runtime } = stage.world.host(SERVER, { up: 1_000_000 });
    await runtime.httpServers.serve({
      ip: SERVER,
      port: 80,
      onRequest: (request) => good(request, play.files.get("big.bin")),
    });
    const seeder = await stage.seeder("10.0.0.1", { up: 1_000_000 });
    const leecher = await stage.leecher("10.0.0.2", { webSeeds: [URL_BASE], peers: [seeder.address] });
    const began = leecher.runtime.clock.now();
    expect(await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000)).toBe(true);
    const [seed] = leecher.torrent.swarm?.webSeeds() ?? [];
    const total = 200 * PIECE;
    expect(seed?.downloaded).toBeGreaterThan(total / 4);
    expect(seed?.downloaded).toBeLessThan((3 * total) / 4);
    // Alone, either takes 13 s.
    expect(leecher.runtime.clock.now() - began).toBeLessThan(10_000);
    await stage.close();
  });
});
