import { once } from "node:events";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly label: string;
  readonly progress: number;
  readonly done: number;
  readonly queue: number;
}

async function rows(daemon: TestDaemon): Promise<Row[]> {
  return (await daemon.api<{ torrents: Row[] }>("GET", "/torrents")).torrents;
}

describe("millrace daemon", () => {
  it("prints a token only at the first start of a state folder, and stores only its hash", async () => {
    const first = await TestDaemon.start({ token: null });
    const { token, place } = first;
    expect(token).toMatch(/^[\w-]{20,}$/);
    expect(await rows(first)).toEqual([]);
    expect(await readFile(join(place.state, "token.json"), "utf8")).not.toContain(token);
    await first.program.stop("SIGTERM");
    const second = await TestDaemon.start({ token: null, place });
    expect((await second.until("ready"))["token"]).toBeUndefined();
    second.token = token;
    expect(await rows(second)).toEqual([]);
    second.token = "wrong-wrong-wrong";
    await expect(rows(second)).rejects.toThrow("401");
  });

  it("prints the token at the start that follows a failed one without output", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const folder = await tempFolder();
    const place = { state: join(folder, "state"), downloads: join(folder, "downloads") };
    await expect(TestDaemon.start({ token: null, place, listen: `127.0.0.1:${port}` })).rejects.toThrow("in use");
    taken.close();
    const daemon = await TestDaemon.start({ token: null, place });
    expect((await daemon.until("ready"))["token"]).toMatch(/^[\w-]{20,}$/);
    expect(await rows(daemon)).toEqual([]);
  });

  it("refuses to start with the state folder of a running daemon, which keeps running", async () => {
    const first = await TestDaemon.start();
    await expect(TestDaemon.start({ place: first.place })).rejects.toThrow("another daemon is running");
    expect(await rows(first)).toEqual([]);
  });

  it("stops cleanly within 8 s of SIGTERM, with event streams open", async () => {
    const daemon = await TestDaemon.start();
    const stream = await fetch(`${daemon.url}/api/v1/events`, { headers: { authorization: `Bearer ${daemon.token}` } });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    const reader = stream.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    const begun = performance.now();
    daemon.program.child.kill("SIGTERM");
    expect(await daemon.program.exit()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(daemon.lines.at(-1)).toEqual({ event: "stopped" });
    await reader?.cancel().catch(() => undefined);
  });

  it("reads its configuration again on SIGHUP, and keeps the old one when the new one is invalid", async () => {
    const file = join(await tempFolder(), "config.toml");
    await writeFile(file, 'max-upload-rate = "1MiB"\n');
    const daemon = await TestDaemon.start({ args: ["--config", file] });
    const rate = async (): Promise<number | null> =>
      (await daemon.api<{ maxUploadRate: number | null }>("GET", "/settings")).maxUploadRate;
    expect(await rate()).toBe(2 ** 20);
    await writeFile(file, "max-upload-rate = 5000\n");
    daemon.program.child.kill("SIGHUP");
    await eventually("the new rate holds", async () => (await rate()) === 5000);
    await writeFile(file, "max-upload-rate = = \n");
    daemon.program.child.kill("SIGHUP");
    await eventually("the log says why", async () =>
      JSON.stringify(await daemon.api("GET", "/log")).includes("cannot read the configuration"),
    );
    expect(await rate()).toBe(5000);
  });

  it("reports an invalid configuration, and exits", async () => {
    const file = join(await tempFolder(), "config.toml");
    await writeFile(file, "listne = 5\n");
    await expect(TestDaemon.start({ args: ["--config", file] })).rejects.toThrow('unknown key \\"listne\\"');
  });

  it("adds torrent files from the watch folder", async () => {
    const home = await tempFolder();
    await writeRandom(home, { "x.bin": 100_000 });
    const { file } = await torrentOf(join(home, "x.bin"));
    const watch = join(home, "watch");
    await mkdir(watch);
    const daemon = await TestDaemon.start({ env: { MILLRACE_WATCH_DIR: watch } });
    await rename(file, join(watch, "x.torrent"));
    await eventually("it is there", async () => (await rows(daemon)).some(({ name }) => name === "x.bin"));
    await eventually("its file is marked", () =>
      stat(join(watch, "x.torrent.added")).then(
        () => true,
        () => false,
      ),
    );
    await writeFile(join(watch, "broken.torrent"), "nonsense");
    await eventually("the broken one is marked", () =>
      stat(join(watch, "broken.torrent.invalid")).then(
        () => true,
        () => false,
      ),
    );
    expect(await rows(daemon)).toHaveLength(1);
  });
});

const lacking = missing("python3-libtorrent");

describe(`millrace daemon with a real seeder${because(lacking)}`, () => {
  it.skipIf(lacking.length > 0)(
    "has the same torrents, states and progress after kill -9, goes on, and runs the program on completion",
    async () => {
      const home = await tempFolder();
      await writeRandom(home, { "seed/a.bin": 6_000_000, "seed/b.bin": 50_000 });
      const [a, b] = [
        await torrentOf(join(home, "seed/a.bin"), { pieceLength: 65_536 }),
        await torrentOf(join(home, "seed/b.bin"), { pieceLength: 16_384 }),
      ];
      const seeder = await Libtorrent.start({
        home,
        source: a.file,
        dir: join(home, "seed"),
        seed: true,
        up: 1_500_000,
      });
      const script = join(home, "done.sh");
      await writeFile(
        script,
        `#!/bin/sh\nprintf '%s\\n' "$MILLRACE_ID $MILLRACE_LABEL $MILLRACE_PATH" > ${home}/told.tmp && mv ${home}/told.tmp ${home}/told\n`,
        { mode: 0o755 },
      );
      const config = join(home, "config.toml");
      await writeFile(config, 'on-complete = "done.sh"\n');
      let daemon = await TestDaemon.start({ args: ["--config", config] });
      const { place } = daemon;
      const peers = [`127.0.0.1:${seeder.port}`];
      const id = await daemon.add(await readFile(a.file), { label: "shelf", peers });
      const other = await daemon.add(await readFile(b.file), { paused: true });
      let before = 0;
      for (const share of [0.2, 0.5]) {
        await daemon.torrentIs(id, `${share} complete`, (torrent) => torrent.progress > share);
        await daemon.program.stop("SIGKILL");
        daemon = await TestDaemon.start({ place, args: ["--config", config] });
        await eventually("what there is is known", async () =>
          ["downloading", "seeding"].includes((await daemon.torrent(id)).state),
        );
        const [first, second] = await rows(daemon);
        expect(first).toMatchObject({ id, name: "a.bin", label: "shelf", queue: 0 });
        expect(second).toMatchObject({ id: other, name: "b.bin", state: "paused", queue: 1 });
        // At most two seconds of work are lost, and unfinished pieces.
        expect(first?.done).toBeGreaterThanOrEqual(before);
        before = first?.done ?? 0;
        await daemon.api("POST", `/torrents/${id}/peers`, { peers });
      }
      expect(before).toBeGreaterThan(0);
      await daemon.torrentIs(id, "complete", ({ state }) => state === "seeding");
      expect(await sha256(join(place.downloads, "a.bin"))).toBe(await sha256(join(home, "seed/a.bin")));
      const told = await eventually("the program was run", () =>
        readFile(join(home, "told"), "utf8").catch(() => undefined),
      );
      expect(told.trim()).toBe(`${id} shelf ${join(place.downloads, "a.bin")}`);
    },
  );
});
