import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lacksBrowser, signIn } from "../support/browser.ts";
import { torrentOf } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const FFMPEG = "/usr/bin/ffmpeg";
const lacking = [...lacksBrowser, ...missing("python3-libtorrent"), ...(existsSync(FFMPEG) ? [] : ["ffmpeg"])];

/** A minute of noise as WebM: a few MiB, which do not compress. */
async function film(path: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  const source = "testsrc2=size=320x240:rate=15:duration=60";
  execFileSync(FFMPEG, [
    "-loglevel",
    "error",
    "-f",
    "lavfi",
    "-i",
    source,
    "-vf",
    "noise=alls=40:allf=t",
    "-c:v",
    "libvpx",
    "-b:v",
    "900k",
    "-deadline",
    "realtime",
    "-cpu-used",
    "8",
    "-g",
    "30",
    path,
  ]);
}

describe(`streaming${because(lacking)}`, () => {
  it.skipIf(lacking.length > 0)("plays and seeks in the browser while the film is still being downloaded", async () => {
    const home = await tempFolder();
    const path = join(home, "seed/film.webm");
    await film(path);
    const { size } = await stat(path);
    const { file } = await torrentOf(path, { pieceLength: 32_768 });
    // The whole film takes about half a minute.
    const seeder = await Libtorrent.start({
      home,
      source: file,
      dir: join(home, "seed"),
      seed: true,
      up: Math.round(size / 25),
    });
    const daemon = await TestDaemon.start();
    const id = await daemon.add(await readFile(file), { peers: [`127.0.0.1:${seeder.port}`] });
    const page = await signIn(daemon);
    await page.getByRole("grid", { name: "Torrents" }).getByRole("row").filter({ hasText: "film.webm" }).dblclick();
    await page.getByRole("tab", { name: "Files" }).click();
    await page.getByRole("button", { name: /^Play/ }).first().click();
    const video = page.getByRole("dialog").locator("video");
    await video.evaluate((node: HTMLVideoElement) => {
      node.muted = true;
      return node.play();
    });
    const position = (): Promise<number> => video.evaluate((node: HTMLVideoElement) => node.currentTime);
    await eventually("it plays", async () => (await position()) > 0.5);
    const progress = (await daemon.torrent(id)).progress;
    expect(progress).toBeLessThan(0.9);
    await video.evaluate((node: HTMLVideoElement) => {
      node.currentTime = 50;
    });
    await eventually("it plays on from there", async () => (await position()) > 50.5);
    // The pieces at the new position arrived before those in between.
    expect((await daemon.torrent(id)).progress).toBeLessThan(1);
  });
});
