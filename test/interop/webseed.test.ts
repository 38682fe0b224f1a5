import { mkdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Torrent } from "../../src/index.ts";
import { newClient, reaches, sums, torrentOf, writeRandom, type TestTorrent } from "../support/clients.ts";
import { eventually, Program } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { selfSigned } from "../support/nginx.ts";
import { startLighttpd, startNginx, startScripted } from "../support/web-servers.ts";

const LENGTH = 6_000_000;
const CLI = fileURLToPath(new URL("../../bin/millrace.js", import.meta.url));

interface Site {
  readonly home: string;
  readonly root: string;
  readonly out: string;
}

async function newSite(): Promise<Site> {
  const home = await tempFolder();
  const [root, out] = [join(home, "www"), join(home, "out")];
  await mkdir(root);
  await mkdir(out);
  return { home, root, out };
}

async function single(site: Site): Promise<TestTorrent> {
  await writeRandom(site.root, { "a b.bin": LENGTH });
  return torrentOf(join(site.root, "a b.bin"), { pieceLength: 262_144 });
}

async function download(site: Site, { file }: TestTorrent, url: string): Promise<Torrent> {
  const client = newClient(site.out, { listenIp: "127.0.0.1" });
  const torrent = await client.add(file, { webSeeds: [url], trackers: false });
  torrent.done.catch(() => undefined);
  return torrent;
}

const lacking = missing("nginx-light", "lighttpd");

describe.skipIf(lacking.length > 0)(`web seeds of real servers${because(lacking)}`, () => {
  it.each([
    ["nginx", startNginx],
    ["lighttpd", startLighttpd],
  ] as const)("%s: one file, and many files of v1, hybrid and v2 torrents", async (_name, startServer) => {
    const site = await newSite();
    const { url } = await startServer(site.home, site.root);
    const torrents = [await single(site)];
    for (const version of ["v1", "hybrid", "v2"] as const) {
      const folder = join(site.root, `many ${version}`);
      await writeRandom(folder, { "one.bin": 300_000, "sub/two %.bin": 1_000_001, "three.bin": 5, "zero.bin": 0 });
      torrents.push(await torrentOf(folder, { pieceLength: 65_536, version }));
    }
    for (const torrent of torrents) await reaches(await download(site, torrent, url), "seeding");
    const wanted = Object.entries(await sums(site.root)).filter(([name]) => !name.endsWith(".torrent"));
    expect(await sums(site.out)).toEqual(Object.fromEntries(wanted));
  });

  it("refuses a certificate that no authority has signed, and accepts one that the user trusts", async () => {
    const site = await newSite();
    const tls = selfSigned(site.home);
    const { secureUrl = "" } = await startNginx(site.home, site.root, tls);
    const torrent = await single(site);
    const refused = await download(site, torrent, secureUrl);
    await eventually("it is dropped", () => refused.swarm?.webSeeds()[0]?.state === "dropped");
    const [seed] = refused.swarm?.webSeeds() ?? [];
    expect(seed?.error?.code).toBe("http.tls");
    expect(seed?.error?.message).toMatch(/self-signed certificate/);
    await refused.remove();
    const args = ["download", torrent.file, "--dir", site.out, "--web-seed", secureUrl, "--no-dht", "--no-lsd"];
    const program = new Program(process.execPath, [CLI, ...args, "--no-port-mapping", "--no-trackers"], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.cert },
    });
    expect(await program.exit(), program.output).toBe(0);
    expect((await readFile(join(site.out, "a b.bin"))).equals(await readFile(join(site.root, "a b.bin")))).toBe(true);
  });
});

type Serve = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void;

const good = (request: Pick<IncomingMessage, "headers">, response: ServerResponse, bytes: Buffer): void => {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  const [first, last] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? bytes.length - 1)];
  response.writeHead(206, {
    "content-length": last - first + 1,
    "content-range": `bytes ${first}-${last}/${bytes.length}`,
  });
  response.end(bytes.subarray(first, last + 1));
};

async function scripted(
  serve: Serve,
): Promise<{ readonly torrent: Torrent; readonly isEqual: () => Promise<boolean> }> {
  const site = await newSite();
  const made = await single(site);
  const bytes = await readFile(join(site.root, "a b.bin"));
  const url = await startScripted((request, response) => serve(request, response, bytes));
  const torrent = await download(site, made, url);
  return { torrent, isEqual: async () => bytes.equals(await readFile(join(site.out, "a b.bin"))) };
}

describe("web seeds of bad servers", () => {
  it.each<[string, string, Serve]>([
    ["a missing file", "webseed.missing", (_request, response) => response.writeHead(404).end()],
    [
      "no ranges",
      "webseed.no-ranges",
      (request, response, bytes) => {
        // The start of the file could be used without ranges.
        if (request.headers.range?.startsWith("bytes=0-") !== true) response.writeHead(200).end(bytes);
        else good({ headers: { range: "bytes=0-2621439" } }, response, bytes);
      },
    ],
    [
      "another length",
      "webseed.length",
      (_request, response) => response.writeHead(200, { "content-length": 7 }).end("1234567"),
    ],
    [
      "gzip",
      "webseed.encoding",
      (_request, response, bytes) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(bytes)),
    ],
    ["endless redirects", "http.redirects", (_request, response) => response.writeHead(302, { location: "/x" }).end()],
    ["bad data", "webseed.bad-data", (request, response, bytes) => good(request, response, Buffer.alloc(bytes.length))],
  ])("drops a server with %s: %s", async (_name, code, serve) => {
    const { torrent } = await scripted(serve);
    await eventually("it is dropped", () => torrent.swarm?.webSeeds()[0]?.state === "dropped");
    expect(torrent.swarm?.webSeeds()[0]?.error?.code).toBe(code);
  });

  it.each<[string, string, Serve]>([
    [
      "503 with Retry-After",
      "webseed.busy",
      (_request, response) => response.writeHead(503, { "retry-after": "1" }).end(),
    ],
    [
      "another range",
      "webseed.range",
      (_request, response) =>
        response.writeHead(206, { "content-range": "bytes 1-2/9", "content-length": 2 }).end("ab"),
    ],
    [
      "a reply that is cut off",
      "http.failed",
      (request, response, bytes) => {
        good(request, response, bytes);
        response.destroy();
      },
    ],
  ])("tries again after %s: %s", async (_name, code, serve) => {
    let calls = 0;
    const { torrent } = await scripted((request, response, bytes) => {
      calls++;
      serve(request, response, bytes);
    });
    await eventually("it waits", () => torrent.swarm?.webSeeds()[0]?.state === "waiting");
    expect(torrent.swarm?.webSeeds()[0]?.error?.code).toBe(code);
    if (code === "webseed.busy") await eventually("it asks again", () => calls > 1);
  });

  it("follows redirects once, keeps connections open, and reads slow replies", async () => {
    const targets: string[] = [];
    const sockets = new Set<unknown>();
    const { torrent, isEqual } = await scripted((request, response, bytes) => {
      targets.push(request.url ?? "");
      sockets.add(request.socket);
      if (request.url !== "/elsewhere") {
        response.writeHead(302, { location: "/elsewhere" }).end();
        return;
      }
      const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      const [first, last] = [Number(match?.[1]), Number(match?.[2])];
      const part = bytes.subarray(first, last + 1);
      response.writeHead(206, {
        "content-length": part.length,
        "content-range": `bytes ${first}-${last}/${bytes.length}`,
      });
      response.write(part.subarray(0, 100_000), () => setTimeout(() => response.end(part.subarray(100_000)), 50));
    });
    await reaches(torrent, "seeding");
    expect(await isEqual()).toBe(true);
    expect(targets.filter((target) => target !== "/elsewhere")).toHaveLength(1);
    expect(sockets.size).toBe(1);
  });

  it("obeys the rate limit", async () => {
    const { torrent } = await scripted(good);
    torrent.setRates({ maxDownloadRate: 500_000 });
    const from = torrent.status().downloaded;
    const start = performance.now();
    await eventually("some of it has come", () => torrent.status().downloaded - from > 1_000_000);
    expect(performance.now() - start).toBeGreaterThan(500);
  });
});
