import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { material, start } from "../cli/command-line.ts";
import { AnnounceLog } from "../support/announce-log.ts";
import { newClient } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";

/** Waits for `stopped`. Returns the ports that the tracker received, each with its event. */
async function portsTold(log: AnnounceLog, torrents = 1): Promise<{ started: number[]; stopped: number[] }> {
  await eventually("the tracker hears stopped", () => log.ports("stopped").length === torrents, 15_000);
  expect(log.ports("started")).not.toContain(0);
  return { started: log.ports("started"), stopped: log.ports("stopped") };
}

describe("trackers receive the same port in started and stopped", () => {
  it("when a client is closed", async () => {
    const log = await AnnounceLog.listen();
    const { data, torrent } = await material(100_000);
    const client = newClient(dirname(data), { listenIp: "127.0.0.1" });
    await client.add(torrent, { extraTrackers: [log.url] });
    await log.isKnown();
    const { port } = client;
    await client.close();
    expect(await portsTold(log)).toEqual({ started: [port], stopped: [port] });
  });

  it("when a torrent is paused and the client closed, and when it is removed", async () => {
    const log = await AnnounceLog.listen();
    const [one, other] = [await material(100_000), await material(100_000)];
    const client = newClient(dirname(one.data), { listenIp: "127.0.0.1" });
    const paused = await client.add(one.torrent, { extraTrackers: [log.url] });
    const removed = await client.add(other.torrent, { extraTrackers: [log.url], downloadDir: dirname(other.data) });
    await log.isKnown(2);
    await Promise.all([paused.pause(), removed.remove()]);
    await client.close();
    const { started, stopped } = await portsTold(log, 2);
    expect(stopped).toEqual(started);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("when the command line's seed gets %s", async (signal) => {
    const log = await AnnounceLog.listen();
    const { data, torrent } = await material(100_000);
    const { program } = start("seed", torrent, "--dir", dirname(data), "--port", "0", "--tracker", log.url, "--json");
    await log.isKnown();
    program.child.kill(signal);
    await program.exit();
    const { started, stopped } = await portsTold(log);
    expect(stopped).toEqual(started);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("when the daemon gets %s", async (signal) => {
    const log = await AnnounceLog.listen();
    const { torrent } = await material(100_000);
    const daemon = await TestDaemon.start();
    const id = await daemon.add(await readFile(torrent));
    await daemon.api("PUT", `/torrents/${id}/trackers`, { tiers: [[log.url]] });
    await log.isKnown();
    daemon.program.child.kill(signal);
    await daemon.program.exit();
    const { started, stopped } = await portsTold(log);
    expect(stopped).toEqual(started);
  });
});
