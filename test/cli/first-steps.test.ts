import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { material, millrace, start } from "./command-line.ts";
import { eventually } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A torrent of a folder `films`. */
async function folderOfFilms(): Promise<{ folder: string; torrent: string }> {
  const folder = await tempFolder();
  await mkdir(join(folder, "films"));
  await writeFile(join(folder, "films", "notes.txt"), "hi\n");
  await writeFile(join(folder, "films", "river.mkv"), randomBytes(100_000));
  const torrent = join(folder, "films.torrent");
  expect((await millrace("create", join(folder, "films"), "--out", torrent)).status).toBe(0);
  return { folder, torrent };
}

/** Mistakes of a user who has read only the README. */
describe("millrace create", () => {
  it("leaves out the state files of a seed beside the data", async () => {
    const { folder, torrent } = await material(100_000);
    const seed = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    await seed.until("ready");
    await seed.program.stop("SIGINT");
    expect(await readdir(join(folder, "seed"))).toEqual([".millrace", "data.bin"]);
    const made = await millrace("create", join(folder, "seed"), "--out", join(folder, "seed.torrent"), "--json");
    expect(JSON.parse(made.stdout)).toMatchObject({ files: [{ path: "data.bin", length: 100_000 }] });
  });

  it("suggests a valid piece length", async () => {
    const { data, folder } = await material(1000);
    const made = await millrace("create", data, "--out", join(folder, "new.torrent"), "--piece-length", "1000000");
    expect([made.status, made.stderr]).toEqual([
      2,
      expect.stringMatching(/^millrace: --piece-length: .*not 1000000; try 977KiB or 1MiB\n$/),
    ]);
  });
});

describe("millrace help", () => {
  it.each([
    ["nope", /^millrace: unknown command 'nope'; see `millrace --help`\n$/],
    ["downlod", /^millrace: unknown command 'downlod' \(Did you mean download\?\)/],
  ])("%s is wrong usage, and says so", async (topic, said) => {
    expect(await millrace("help", topic)).toEqual({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(said) as string,
    });
  });

  it("explains a command, and help itself", async () => {
    expect(await millrace("help", "seed")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: millrace seed /) as string,
    });
    expect(await millrace("help", "help")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: millrace COMMAND/) as string,
    });
  });
});

describe("an option with several values", () => {
  it.each([
    [["completion", "tcsh"], 'completion must be bash, zsh or fish: got "tcsh"'],
    [["download", "x", "--allocation", "none"], '--allocation must be sparse or full: got "none"'],
  ])("%j names those there are", async (args, said) => {
    expect(await millrace(...args)).toEqual({ status: 2, stdout: "", stderr: `millrace: ${said}\n` });
  });
});

describe("a folder instead of a torrent", () => {
  it.each(["download", "seed", "verify", "info"])("%s prints what to do", async (command) => {
    const { folder } = await material(1000);
    const { status, stdout, stderr } = await millrace(command, join(folder, "seed"), "--json");
    const path = join(folder, "seed");
    expect([status, stderr]).toEqual([
      1,
      `millrace: ${path} is a folder, not a torrent file; \`millrace create ${path} --out NAME.torrent\` creates one\n`,
    ]);
    expect(stdout).toContain('"code":"source.not-a-torrent"');
  });
});

describe("--dir that is a file", () => {
  it.each([
    ["download", "--dir must name the folder to download into"],
    ["seed", "--dir must name the folder that contains the data, such as DIR"],
    ["verify", "--dir must name the folder that contains the data, such as DIR"],
  ])("%s ends at once", async (command, hint) => {
    const { folder, data, torrent } = await material(1000);
    const { status, stdout, stderr } = await millrace(command, torrent, "--dir", data, "--json");
    expect([status, stderr]).toEqual([
      1,
      `millrace: ${data} is a file, not a folder; ${hint.replace("DIR", join(folder, "seed"))}\n`,
    ]);
    expect(stdout).toContain('"code":"storage.not-a-folder"');
  });

  it("download rejects a file further up the path, too, and creates missing folders", async () => {
    const { folder, data, torrent } = await material(0);
    const refused = await millrace("download", torrent, "--dir", join(data, "a", "b"));
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${data} is a file, not a folder`) as string,
    });
    expect((await millrace("download", torrent, "--dir", join(folder, "a", "b"))).status).toBe(0);
    expect(await readdir(join(folder, "a", "b"))).toContain("data.bin");
  });
});

describe("--dir that is the torrent's own folder", () => {
  it("verify suggests the right folder", async () => {
    const { folder, torrent } = await folderOfFilms();
    const wrong = await millrace("verify", torrent, "--dir", join(folder, "films"));
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      `note: ${folder}/films/notes.txt exists: --dir must name the folder that contains the folder films, here ${folder}\n`,
    ]);
    expect(await millrace("verify", torrent, "--dir", folder)).toMatchObject({ status: 0, stderr: "" });
    await mkdir(join(folder, "empty"));
    expect(await millrace("verify", torrent, "--dir", join(folder, "empty"))).toMatchObject({ status: 1, stderr: "" });
  });

  it("seed prints a warning", async () => {
    const { folder, torrent } = await folderOfFilms();
    const seed = start("seed", torrent, "--dir", join(folder, "films"), "--port", "0", "--json");
    expect((await seed.until("warning"))["message"]).toContain(
      `--dir must name the folder that contains the folder films, here ${folder}`,
    );
  });
});

describe("a download that has no peers", () => {
  /** Runs it until it prints the reason, and some seconds more. Returns its output. */
  async function reasons(...args: string[]): Promise<readonly string[]> {
    const { folder, torrent } = await material(100_000);
    const download = start("download", torrent, "--dir", join(folder, "got"), "--port", "0", "--json", ...args);
    await download.until("waiting");
    const ticks = download.seen.length;
    await eventually("it went on without peers", () => download.seen.length >= ticks + 3);
    await download.program.stop("SIGINT");
    expect(download.program.child.exitCode).toBe(130);
    const said = download.seen.filter(({ event }) => event === "waiting");
    expect(download.program.output.split("\n").filter((line) => line.startsWith("waiting: data.bin: "))).toHaveLength(
      said.length,
    );
    return said.map(({ code, message }) => `${String(code)} ${String(message)}`);
  }

  it("prints once that it has no source of peers", async () => {
    expect(await reasons("--no-dht")).toEqual([
      "waiting.no-source no peers: the torrent has no tracker, the DHT and local discovery are not in use, and no peer is given; add --peer HOST:PORT or --tracker URL",
    ]);
  });

  it("prints once that there are no DHT nodes", async () => {
    expect(await reasons("--no-trackers")).toEqual(["waiting.dht no peers: no DHT nodes reached"]);
  });

  it("prints once that the peer refuses the connection", async () => {
    expect(await reasons("--no-dht", "--peer", "127.0.0.1:1")).toEqual([
      "waiting.peers no peers: 127.0.0.1:1 refused the connection (ECONNREFUSED)",
    ]);
  });

  it.each([
    ["required", "disabled", "connections fail because encryption is required: the peers do not encrypt"],
    ["disabled", "required", "peers close connections that are not encrypted: they may require encryption"],
  ])("prints once that encryption is %s when peers want it %s", async (ours, theirs, why) => {
    const { folder, torrent } = await material(100_000);
    const flags = ["--dir", join(folder, "seed"), "--port", "0", "--json", "--no-dht", "--encryption", theirs];
    const seed = start("seed", torrent, ...flags);
    const { port } = (await seed.until("ready")) as { port?: number };
    const peer = `127.0.0.1:${port}`;
    expect(await reasons("--no-dht", "--no-utp", "--no-trackers", "--encryption", ours, "--peer", peer)).toEqual([
      `waiting.encryption no peers: ${why} (try --encryption preferred), or do not share this torrent; ${peer} accepted the connection`,
    ]);
  });

  it("prints once that the tracker knows no peers, or cannot be reached", async () => {
    const tracker = start("tracker", "--http", "127.0.0.1:0", "--json");
    const { urls } = (await tracker.until("ready")) as { urls?: string[] };
    const url = urls?.[0] ?? "";
    expect(await reasons("--no-dht", "--tracker", url)).toEqual([
      `waiting.trackers no peers: ${url} knows no other peers`,
    ]);
    await tracker.program.stop("SIGINT");
    expect(await reasons("--no-dht", "--tracker", url)).toEqual([
      expect.stringMatching(
        /^waiting\.trackers no peers: GET http:\/\/127\.0\.0\.1:\d+\/announce: connection refused$/,
      ),
    ]);
  });
});

describe("a resumed download", () => {
  it("prints the bytes and the time of this run, and the total separately", async () => {
    const { folder, torrent } = await material();
    const seed = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    const peer = `127.0.0.1:${String((await seed.until("ready"))["port"])}`;
    const common = ["download", torrent, "--dir", join(folder, "got"), "--port", "0", "--peer", peer];
    const first = start(...common, "--max-down", "500KB", "--json");
    await eventually("something is there", () =>
      first.seen.some(({ event, bytes }) => event === "progress" && Number(bytes) > 300_000),
    );
    await first.program.stop("SIGINT");
    const { stdout } = await millrace(...common);
    const [, received = "", seconds = "", rate = ""] =
      /^complete {2}data\.bin {2}([\d.]+) MiB of 2\.86 MiB in ([\d.]+)s \(([\d.]+) MiB\/s\), /m.exec(stdout) ?? [];
    expect(Number(received), stdout).toBeLessThan(2.7);
    // Seconds are printed with one decimal.
    expect(Math.abs(Number(received) / Number(rate) - Number(seconds))).toBeLessThan(0.06);
    expect((await millrace(...common)).stdout).toContain("complete  data.bin  2.86 MiB was complete already");
  });
});
