import { describe, expect, it } from "vitest";
import { ConsoleSession } from "../../src/console/index.ts";
import { TrackerServer, type TrackerServerOptions } from "../../src/tracker/index.ts";
import { editTorrent, parseMetainfo, type Metainfo } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { makeGoods } from "../support/violating-peer.ts";

const runtime = nodeRuntime();
const { metainfo } = makeGoods();

async function withTracker(
  options: Partial<TrackerServerOptions>,
  run: (session: ConsoleSession, server: TrackerServer) => Promise<void>,
): Promise<void> {
  const server = new TrackerServer(runtime, {
    http: { ip: "127.0.0.1", port: 0 },
    udp: { ip: "127.0.0.1", port: 0 },
    ...options,
  });
  const { http, udp } = await server.listen();
  const tracked: Metainfo = parseMetainfo(
    editTorrent(metainfo.torrentBytes(), {
      trackers: [[`http://127.0.0.1:${http?.port}/announce`], [`udp://127.0.0.1:${udp?.port}`]],
    }),
    runtime.hasher,
  );
  const session = await ConsoleSession.open({ runtime, source: tracked, clientName: "Test" });
  try {
    await run(session, server);
  } finally {
    await session.close();
    await server.close();
  }
}

/** The number of peers that it counts. */
function count(server: TrackerServer): number {
  const { seeders, leechers } = server.stats();
  return seeders + leechers;
}

describe("trackers of a session", () => {
  it("announce on request, over HTTP and UDP, and send stopped at the end", async () => {
    await withTracker({}, async (session, server) => {
      const other = await ConsoleSession.open({
        runtime,
        source: session.content.metainfo ?? metainfo,
        clientName: "Other",
      });
      const [http, udp] = session.trackers;
      expect([http?.state, udp?.state, http?.tier, udp?.tier]).toEqual(["idle", "idle", 0, 1]);
      expect(count(server)).toBe(0);
      await other.trackers[0]?.announce({ port: 1234 });
      const reply = await http?.announce();
      expect(reply?.peers).toContainEqual({ ip: "127.0.0.1", port: 1234 });
      expect([http?.state, http?.isActive, http?.peers.length, http?.leechers]).toEqual(["working", true, 1, 2]);
      expect(await udp?.scrape()).toMatchObject({ leechers: 2, seeders: 0 });
      await udp?.announce({ port: 1235, numWant: 0 });
      expect(count(server)).toBe(3);
      await other.close();
      expect(count(server)).toBe(2);
      await session.close();
      expect(count(server)).toBe(0);
    });
  });

  it("keep the tracker's interval, unless the announce is forced", async () => {
    await withTracker({ intervalSeconds: 600, minIntervalSeconds: 300 }, async (session) => {
      const [tracker] = session.trackers;
      await tracker?.announce();
      await expect(tracker?.announce()).rejects.toThrow(/accepts the next announce in (299|300) s; force\(\)/);
      expect((await tracker?.force())?.interval).toBe(600);
      await tracker?.announce("stopped");
      expect(tracker?.isActive).toBe(false);
    });
  });

  it("report what failed, and which calls are possible", async () => {
    await withTracker({}, async (session, server) => {
      const [http] = session.trackers;
      const ask = (options: unknown): unknown => Reflect.apply(http?.announce ?? String, http, [options]);
      await expect(async () => ask("begun")).rejects.toThrow(
        'event must be "started", "completed", "stopped", "none": got "begun"',
      );
      await expect(async () => ask({ evnt: 1 })).rejects.toThrow('there is no option "evnt"');
      await server.close();
      await expect(http?.announce()).rejects.toMatchObject({ code: "tracker.refused" });
      expect([http?.state, http?.message]).toEqual(["failed", expect.stringContaining("refused")]);
    });
  });
});
