import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InfoHash, PeerId } from "../../src/base/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import type { AnnounceRequest } from "../../src/tracker/index.ts";
import { announce, scrape, TrackerSession, UdpTrackers } from "../../src/tracker/index.ts";
import { UdpPort } from "../../src/transport/index.ts";

const OPENTRACKER = "/usr/bin/opentracker";
const missing = existsSync(OPENTRACKER)
  ? ""
  : ` (skipped, because ${OPENTRACKER} is missing: apt-get install opentracker)`;

const runtime = nodeRuntime();
// opentracker keeps one swarm for each torrent, for HTTP and UDP: each test has its own torrent.
const HASHES = [1, 2, 3, 4].map((byte) => InfoHash.fromBytes(new Uint8Array(20).fill(byte)));
const STRANGER = InfoHash.fromBytes(new Uint8Array(20).fill(99));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

async function listening(port: number, process: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (process.exitCode !== null) throw new Error(`opentracker ended with ${process.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("close", () => socket.destroy());
      setTimeout(() => socket.destroy(), 200).unref();
    });
    if (open) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  throw new Error("opentracker does not listen");
}

describe.skipIf(missing !== "")(`opentracker${missing}`, () => {
  let folder = "";
  let port = 0;
  let tracker: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-opentracker-"));
    port = await freePort();
    // Debian's opentracker serves listed torrents only, and runs as the user `nobody`, which must be able to read the
    // list.
    await writeFile(join(folder, "whitelist"), HASHES.map((hash) => `${hash.hex}\n`).join(""));
    await chmod(folder, 0o755);
    tracker = spawn(
      OPENTRACKER,
      ["-i", "127.0.0.1", "-p", String(port), "-P", String(port), "-d", folder, "-w", "whitelist"],
      { cwd: folder, stdio: "ignore" },
    );
    await listening(port, tracker);
  });

  afterAll(async () => {
    tracker?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  function request(
    scheme: string,
    infoHash: InfoHash,
    peer: number,
    more: Partial<AnnounceRequest> = {},
  ): AnnounceRequest {
    return {
      url: `${scheme}://127.0.0.1:${port}/announce`,
      infoHash,
      peerId: PeerId.fromBytes(new Uint8Array(20).fill(peer)),
      port: 1000 + peer,
      uploaded: 0,
      downloaded: 0,
      left: 5,
      ...more,
    };
  }

  it.each([
    ["http", HASHES[0]],
    ["udp", HASHES[1]],
  ] as const)("meets us over %s: started, peers, completed, scrape, stopped", async (scheme, infoHash) => {
    if (infoHash === undefined) throw new Error("no torrent");
    await announce(runtime, request(scheme, infoHash, 1, { event: "started" }));
    const reply = await announce(runtime, request(scheme, infoHash, 2, { event: "started", left: 0 }));
    expect(reply.peers).toContainEqual({ ip: "127.0.0.1", port: 1001 });
    expect(reply).toMatchObject({ seeders: 1, leechers: 1 });
    expect(reply.interval).toBeGreaterThan(60);
    await announce(runtime, request(scheme, infoHash, 1, { event: "completed", left: 0 }));
    const url = `${scheme}://127.0.0.1:${port}/announce`;
    const [known, unknown] = await scrape(runtime, url, [infoHash, STRANGER]);
    expect(known).toEqual({ seeders: 2, leechers: 0, completed: 1 });
    expect(unknown).toEqual(scheme === "http" ? undefined : { seeders: 0, leechers: 0, completed: 0 });
    await announce(runtime, request(scheme, infoHash, 1, { event: "stopped" }));
    expect((await scrape(runtime, url, [infoHash]))[0]?.seeders).toBe(1);
  });

  it("reports why it refuses a torrent that is not on its list", async () => {
    await expect(announce(runtime, request("http", STRANGER, 1))).rejects.toMatchObject({
      code: "tracker.failure",
      message: expect.stringContaining("not authorized") as string,
    });
  });

  it("receives started and stopped of a session with the peer port, in time", async () => {
    const infoHash = HASHES[2];
    if (infoHash === undefined) throw new Error("no torrent");
    await announce(runtime, request("http", infoHash, 1));
    const url = `udp://127.0.0.1:${port}/announce`;
    const udpPort = new UdpPort({ runtime, port: () => 0 });
    const udp = new UdpTrackers(runtime, udpPort);
    let session: TrackerSession | undefined;
    const source = await new Promise<string>((resolve) => {
      session = new TrackerSession(runtime, {
        tiers: [[url]],
        infoHash,
        peerId: PeerId.fromBytes(new Uint8Array(20).fill(2)),
        key: 7,
        port: () => 1002,
        stats: () => ({ uploaded: 0, downloaded: 0, left: 9 }),
        numWant: () => 50,
        userAgent: "millrace/test",
        udp,
        onPeers: (_peers, from) => resolve(from),
      });
      session.start();
    });
    expect(source).toBe(url);
    expect(await scrape(runtime, url, [infoHash])).toEqual([{ seeders: 0, leechers: 2, completed: 0 }]);
    const before = performance.now();
    await session?.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await scrape(runtime, url, [infoHash])).toEqual([{ seeders: 0, leechers: 1, completed: 0 }]);
    await session?.close();
    expect(udpPort.local(4)).toBeDefined();
    await udp.close();
    await udpPort.close();
  });
});
