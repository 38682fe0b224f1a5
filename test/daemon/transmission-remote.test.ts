import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { Transmission } from "@ctrl/transmission";
import { TorrentState } from "@ctrl/shared-torrent";
import { describe, expect, it } from "vitest";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const REMOTE = "/usr/bin/transmission-remote";
const lacking = [...missing("python3-libtorrent"), ...(existsSync(REMOTE) ? [] : ["transmission-cli"])];

function remote(daemon: TestDaemon, ...args: string[]): Promise<string> {
  const { host } = new URL(daemon.url);
  return new Promise((resolve, reject) => {
    execFile(
      REMOTE,
      [`http://${host}/transmission`, "--auth", `any-user:${daemon.token}`, ...args],
      { timeout: 30_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(new Error(`transmission-remote ${args.join(" ")}: ${stdout} ${stderr}`, { cause: error }));
      },
    );
  });
}

/** A folder with two files, its torrent, and a libtorrent that seeds it. */
async function material(): Promise<{ file: string; folder: string; seeder: Libtorrent }> {
  const home = await tempFolder();
  const folder = join(home, "seed");
  await writeRandom(folder, { "films/a film.bin": 2_000_000, "films/notes.txt": 300_000 });
  const { file } = await torrentOf(join(folder, "films"), {
    pieceLength: 65_536,
    trackers: [["http://127.0.0.1:9/announce"]],
  });
  const seeder = await Libtorrent.start({ home, source: file, dir: folder, seed: true, up: 1_000_000 });
  return { file, folder, seeder };
}

describe(`transmission-remote${because(lacking)}`, () => {
  it.skipIf(lacking.length > 0)("adds, lists, shows, limits, edits, moves, checks and removes", async () => {
    const { file, folder, seeder } = await material();
    const daemon = await TestDaemon.start();
    expect(await remote(daemon, "--start-paused", "--add", file)).toContain("success");
    expect(await remote(daemon, "--list")).toMatch(/1 +0% +.*Stopped +films/);
    expect(await remote(daemon, "-t", "1", "--info")).toMatch(
      /Name: films[\s\S]*State: Stopped[\s\S]*Total size: 2\.30 MB/,
    );

    expect(await remote(daemon, "-t", "1", "--no-get", "1")).toContain("success");
    expect(await remote(daemon, "-t", "1", "--files")).toMatch(
      /0: +0% +Normal +Yes .* films\/a film\.bin\n +1: +0% +Normal +No .* films\/notes\.txt/,
    );
    await remote(daemon, "-t", "1", "--get", "all");
    await remote(daemon, "-t", "1", "--priority-high", "0");
    expect(await remote(daemon, "-t", "1", "--files")).toMatch(/0: +0% +High +Yes[\s\S]*1: +0% +Normal +Yes/);

    expect(await remote(daemon, "-t", "1", "--downlimit", "20000")).toContain("success");
    expect(await remote(daemon, "-t", "1", "--info")).toContain("Download Limit: 20.00 MB/s");
    expect(await remote(daemon, "-t", "1", "--no-downlimit")).toContain("success");

    const [{ id }] = (await daemon.api<{ torrents: [{ id: string }] }>("GET", "/torrents")).torrents;
    await daemon.api("POST", `/torrents/${id}/peers`, { peers: [`127.0.0.1:${seeder.port}`] }).catch(() => undefined);
    expect(await remote(daemon, "-t", "1", "--start")).toContain("success");
    await eventually("it has begun", async () => !(await remote(daemon, "--list")).includes("Stopped"));
    await daemon.api("POST", `/torrents/${id}/peers`, { peers: [`127.0.0.1:${seeder.port}`] });
    await eventually("the peer is told", async () =>
      /127\.0\.0\.1 .*libtorrent/i.test(await remote(daemon, "-t", "1", "--info-peers")),
    );
    await eventually("it is complete", async () => /1 +100%/.test(await remote(daemon, "--list")));

    await remote(daemon, "-t", "1", "--tracker-add", "http://127.0.0.1:7/announce");
    expect(await remote(daemon, "-t", "1", "--info-trackers")).toMatch(
      /Tracker 0: 127\.0\.0\.1:9[\s\S]*Tracker 1: 127\.0\.0\.1:7/,
    );
    await remote(daemon, "-t", "1", "--tracker-remove", "0");
    expect(await remote(daemon, "-t", "1", "--info-trackers")).not.toContain(":9");
    expect(await remote(daemon, "-t", "1", "--reannounce")).toContain("success");
    expect(await remote(daemon, "-t", "1", "--labels", "films")).toContain("success");
    expect(await remote(daemon, "-t", "1", "--seedratio", "2.5")).toContain("success");

    expect(await remote(daemon, "-t", "1", "--verify")).toContain("success");
    await eventually(
      "it seeds again",
      async () => (await remote(daemon, "--list")).match(/1 +100%.*(Idle|Seeding)/) !== null,
    );
    const elsewhere = join(await tempFolder(), "elsewhere");
    await mkdir(elsewhere);
    expect(await remote(daemon, "-t", "1", "--move", elsewhere)).toContain("success");
    await eventually("it has moved", async () =>
      (await remote(daemon, "-t", "1", "--info")).includes(`Location: ${elsewhere}`),
    );
    expect(await sha256(join(elsewhere, "films/a film.bin"))).toBe(await sha256(join(folder, "films/a film.bin")));
    await daemon.torrentIs(id, "seeding", ({ state }) => state === "seeding");

    // Data that the user moved is found in the given folder.
    await remote(daemon, "-t", "1", "--stop");
    await daemon.torrentIs(id, "paused", ({ state }) => state === "paused");
    const byHand = join(await tempFolder(), "by-hand");
    await rename(elsewhere, byHand);
    expect(await remote(daemon, "-t", "1", "--find", byHand)).toContain("success");
    await remote(daemon, "-t", "1", "--start");
    await daemon.torrentIs(id, "seeding", ({ state, folder: place }) => state === "seeding" && place === byHand);

    expect(await remote(daemon, "-t", "1", "--info-pieces")).toMatch(/^ *(?:1{8} ){4}1111/);
    expect(await remote(daemon, "--session-info")).toMatch(/Daemon version: .*Millrace/);
    expect(await remote(daemon, "--session-stats")).toContain("Ratio");
    expect(await remote(daemon, "--uplimit", "500")).toContain("success");
    expect((await daemon.api<{ maxUploadRate: number }>("GET", "/settings")).maxUploadRate).toBe(500_000);
    expect(await remote(daemon, "--no-uplimit")).toContain("success");

    expect(await remote(daemon, "-t", "1", "--stop")).toContain("success");
    await eventually("it has stopped", async () => /Stopped|Finished/.test(await remote(daemon, "--list")));
    expect(await remote(daemon, "-t", "1", "--remove-and-delete")).toContain("success");
    expect(await remote(daemon, "--list")).not.toContain("films");
    expect(existsSync(join(byHand, "films"))).toBe(false);
  });

  it.skipIf(lacking.length > 0)("is refused without the token", async () => {
    const daemon = await TestDaemon.start();
    const { host } = new URL(daemon.url);
    const answer = await new Promise<string>((resolve) => {
      execFile(
        REMOTE,
        [`http://${host}/transmission`, "--auth", "any-user:wrong", "--list"],
        { timeout: 30_000 },
        (_error, stdout, stderr) => resolve(stdout + stderr),
      );
    });
    expect(answer).toMatch(/401|Unauthorized/i);
  });
});

describe(`@ctrl/transmission${because(missing("python3-libtorrent"))}`, () => {
  it.skipIf(missing("python3-libtorrent").length > 0)(
    "adds, lists, pauses, resumes and removes a torrent",
    async () => {
      const { file, seeder } = await material();
      const daemon = await TestDaemon.start();
      const client = new Transmission({
        baseUrl: `${daemon.url}/`,
        path: "transmission/rpc",
        username: "app",
        password: daemon.token,
      });
      const added = await client.addTorrent(await readFile(file), { "download-dir": daemon.place.downloads });
      const hash = added.arguments["torrent-added"].hashString;
      await eventually("a peer can be added", () =>
        daemon.api("POST", `/torrents/${hash}/peers`, { peers: [`127.0.0.1:${seeder.port}`] }).then(
          () => true,
          () => false,
        ),
      );
      await eventually("it is complete", async () => (await client.getTorrent(hash)).isCompleted);
      expect(await client.getTorrent(hash)).toMatchObject({
        name: "films",
        progress: 1,
        savePath: daemon.place.downloads,
        totalSize: 2_300_000,
      });
      await client.setTorrent(hash, { labels: ["shelf"] });
      const all = await client.getAllData();
      expect(all.labels).toEqual([{ id: "shelf", name: "shelf", count: 1 }]);
      await client.pauseTorrent(hash);
      await eventually("it is paused", async () => (await client.getTorrent(hash)).state === TorrentState.paused);
      await client.resumeTorrent(hash);
      await client.queueTop(hash);
      expect((await client.freeSpace(daemon.place.downloads)).arguments["size-bytes"]).toBeGreaterThan(0);
      expect((await client.getSession()).arguments["download-dir"]).toBe(daemon.place.downloads);
      await client.removeTorrent(hash, true);
      expect((await client.listTorrents()).arguments.torrents).toEqual([]);
    },
  );
});
