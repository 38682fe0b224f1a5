import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin, events, type Event, type Result } from "../cli/command-line.ts";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually, freePort, Program } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MAGNET = `magnet:?xt=urn:btih:${"0123456789".repeat(4)}&dn=${encodeURIComponent("evil\u001b[2J\u202ename")}`;

/** Runs `millrace remote`; without `token` there is none in the environment. */
function remote({ url, token }: { readonly url: string; readonly token?: string }, ...args: string[]): Promise<Result> {
  const { MILLRACE_TOKEN: _, ...rest } = process.env;
  const env = { ...rest, MILLRACE_URL: url, ...(token === undefined ? {} : { MILLRACE_TOKEN: token }) };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bin, "remote", ...args],
      { timeout: 60_000, env },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** The JSON that an action prints; its status must be 0. */
async function answer<T>(daemon: TestDaemon, ...args: string[]): Promise<T> {
  const { status, stdout, stderr } = await remote(daemon, ...args, "--json");
  expect([status, stderr], args.join(" ")).toEqual([0, ""]);
  return JSON.parse(stdout) as T;
}

/** A torrent of two files and where its data is. */
async function material(): Promise<{ home: string; file: string; id: string }> {
  const home = await tempFolder();
  await writeRandom(home, { "films/river.bin": 300_000, "films/notes.txt": 30_000 });
  const { file, metainfo } = await torrentOf(join(home, "films"), {
    pieceLength: 16_384,
    trackers: [["http://127.0.0.1:9/announce"]],
  });
  return { home, file, id: metainfo.id.hex };
}

describe("millrace remote", () => {
  it("adds, lists, shows, limits, labels, chooses files, moves, pauses, renames, checks and removes", async () => {
    const { home, file, id } = await material();
    const daemon = await TestDaemon.start();
    const short = id.slice(0, 6);
    const added = await remote(daemon, "add", file, MAGNET, "--paused", "--label", "shelf", "--dir", home, "--json");
    expect(events(added.stdout)).toEqual([
      { id, source: file },
      { id: "0123456789".repeat(4), source: MAGNET },
    ]);
    const table = (await remote(daemon, "list")).stdout;
    expect(table).toMatch(/^id +name +state +done +down +up +ratio +eta\n/);
    expect(table).toMatch(new RegExp(`^${id.slice(0, 8)}  films +paused +0\\.0% `, "m"));
    expect(table).toContain("01234567  evil\\x1b[2J\\u202ename");
    expect(
      (await remote(daemon, "list", "--search", "film", "--state", "paused", "--label", "shelf")).stdout
        .trim()
        .split("\n"),
    ).toHaveLength(2);
    expect(await answer(daemon, "list", "--label", "none such")).toEqual({ total: 0, torrents: [] });

    expect(await answer(daemon, "show", "films")).toMatchObject({
      id,
      label: "shelf",
      folder: home,
      sequential: false,
    });
    expect((await remote(daemon, "show", short)).stdout).toMatch(/^films\nid +[0-9a-f]{40}\nstate +paused\n/);
    expect(await answer(daemon, "trackers", short)).toMatchObject([{ url: "http://127.0.0.1:9/announce" }]);
    expect(await answer(daemon, "peers", short.toUpperCase())).toEqual([]);
    expect(await answer(daemon, "add-trackers", short, "http://127.0.0.1:10/announce")).toMatchObject([
      { url: "http://127.0.0.1:9/announce", tier: 0 },
      { url: "http://127.0.0.1:10/announce", tier: 1 },
    ]);
    expect((await remote(daemon, "add-peers", "films", "127.0.0.1:9")).stdout).toBe(
      `added 1 peer to ${id.slice(0, 8)} films\n`,
    );

    expect(await answer(daemon, "limit", short, "--down", "1MiB", "--up", "none", "--ratio", "2")).toEqual({
      done: 1,
      failed: [],
    });
    expect(await answer(daemon, "show", id)).toMatchObject({
      limits: { maxDownloadRate: 1_048_576, maxUploadRate: null, seedRatio: 2 },
    });
    expect(await answer(daemon, "label", "", "--all")).toEqual({ done: 2, failed: [] });
    expect(await answer(daemon, "priority", "films", "*.txt", "--to", "skip")).toMatchObject([
      { path: "notes.txt", priority: "skip" },
      { path: "river.bin", priority: "normal" },
    ]);
    expect(await answer(daemon, "priority", "films", "0", "river.bin", "--to", "high")).toMatchObject([
      { priority: "high" },
      { priority: "high" },
    ]);
    expect((await remote(daemon, "files", "films")).stdout).toMatch(/^ +1 +0\.0% +293 KiB +high +river\.bin$/m);

    // The data is on the disk already: a check finds it.
    expect((await remote(daemon, "recheck", "films")).stdout).toBe(`checking ${id.slice(0, 8)} films\n`);
    await daemon.torrentIs(id, "found", ({ progress }) => progress === 1);
    const elsewhere = join(home, "elsewhere");
    await answer(daemon, "move", elsewhere, "films");
    await eventually("it has moved", () =>
      stat(join(elsewhere, "films/river.bin")).then(
        () => true,
        () => false,
      ),
    );
    await answer(daemon, "start", "films");
    await daemon.torrentIs(id, "seeding", ({ state }) => state === "seeding");
    await answer(daemon, "reannounce", "films");
    expect(await answer(daemon, "pause", "--all")).toEqual({ done: 2, failed: [] });
    await daemon.torrentIs(id, "paused", ({ state }) => state === "paused");

    expect((await remote(daemon, "rename", "films", "up/films")).stderr).toContain(
      "cannot be the name of a torrent's file or folder",
    );
    expect((await remote(daemon, "rename", "films", "pictures")).stdout).toBe(
      `renamed ${id.slice(0, 8)} films to pictures\n`,
    );
    await stat(join(elsewhere, "pictures/river.bin"));

    expect((await remote(daemon, "remove", "01234567")).stdout).toBe("removed 01234567 evil\\x1b[2J\\u202ename\n");
    expect((await remote(daemon, "remove", "--data", "--all")).stdout).toBe(
      `removed with its data ${id.slice(0, 8)} pictures\n`,
    );
    await expect(stat(join(elsewhere, "pictures/river.bin"))).rejects.toMatchObject({ code: "ENOENT" });
    expect((await remote(daemon, "list")).stderr).toBe("no torrents\n");
  });

  it("switches ways to find peers off and on for one torrent", async () => {
    const { home, file, id } = await material();
    const daemon = await TestDaemon.start();
    await remote(daemon, "add", file, "--paused", "--dir", home, "--no-dht", "--no-lsd");
    expect(await answer(daemon, "show", id)).toMatchObject({ discovery: { dht: false, pex: true, lsd: false } });
    expect((await remote(daemon, "show", id)).stdout).toMatch(/^not used +DHT, local discovery$/m);
    expect((await remote(daemon, "discovery", "films", "--dht", "--no-pex")).stdout).toBe("dht on\npex off\nlsd off\n");
    expect(await answer(daemon, "discovery", id)).toEqual({ dht: true, pex: false, lsd: false });
  });

  it("shows and changes settings, prints statistics and the log", async () => {
    const daemon = await TestDaemon.start();
    expect((await remote(daemon, "settings", "maxUploadRate=1MiB", "seedRatio=1.5", 'labels={"a":"b"}')).stdout).toBe(
      'maxUploadRate  1048576\nseedRatio      1.5\nlabels         {"a":"b"}\n',
    );
    expect(await answer(daemon, "settings", "seedRatio=none")).toMatchObject({
      maxUploadRate: 1_048_576,
      seedRatio: null,
    });
    expect((await remote(daemon, "settings")).stdout).toMatch(/^downloadDir +\/.*\nmaxDownloadRate +none\n/);
    expect((await remote(daemon, "settings", "seedRatio")).stdout).toMatch(/^seedRatio +none\n$/);
    expect(await answer(daemon, "settings", "seedRatio", "maxUploadRate")).toEqual({
      seedRatio: null,
      maxUploadRate: 1_048_576,
    });
    const refused = await remote(daemon, "settings", "maxPeers=99999");
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^millrace: .*maxPeers/)]);
    expect(await answer(daemon, "stats")).toMatchObject({ torrents: 0, connections: 0 });
    expect((await remote(daemon, "stats")).stdout).toMatch(/\nup +.*; 1 MiB\/s\n/);
    expect((await remote(daemon, "log")).stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z info +ready/m);
  });

  it("watches until Ctrl-C", async () => {
    const { file, id } = await material();
    const daemon = await TestDaemon.start();
    const env = { ...process.env, MILLRACE_URL: daemon.url, MILLRACE_TOKEN: daemon.token };
    const programs = ["--json", "--verbose"].map(
      (flag) => new Program(process.execPath, [bin, "remote", "watch", flag], { env }),
    );
    const [machine, person] = programs;
    const seen: Event[] = [];
    machine?.lines((line) => seen.push(JSON.parse(line) as Event));
    await eventually(
      "both listen",
      () => seen.some(({ event }) => event === "snapshot") && person?.output.includes("0 torrents") === true,
    );
    await remote(daemon, "add", file, "--paused");
    await eventually(
      "they are told",
      () =>
        seen.some(({ event, changed }) => event === "delta" && JSON.stringify(changed).includes(id)) &&
        /added films: paused 0\.0%/.test(person?.output ?? ""),
    );
    for (const program of programs) {
      await program.stop("SIGINT");
      expect(program.child.exitCode).toBe(130);
    }
  });

  it("performs the possible actions, and reports the failures", async () => {
    const { home, file } = await material();
    const daemon = await TestDaemon.start();
    const some = await remote(daemon, "add", join(home, "films/notes.txt"), file, file, "--paused", "--json");
    expect(some.status).toBe(1);
    expect(events(some.stdout)).toMatchObject([
      { error: { code: expect.stringMatching(/^bencode\./) as string } },
      { source: file },
      { error: { code: expect.stringMatching(/^\w+\./) as string } },
    ]);
    const unknown = await remote(daemon, "pause", "nothing", "--json");
    expect([unknown.status, JSON.parse(unknown.stdout)]).toMatchObject([1, { error: { code: "remote.unknown" } }]);
    await remote(daemon, "add", MAGNET.replace("dn=", "dn=films&x="), "--paused");
    const both = await remote(daemon, "remove", "films", "--data");
    expect([both.status, both.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^millrace: "films" matches several torrents: [0-9a-f]{8} \(films\), [0-9a-f]{8} \(films\); give more digits/,
      ),
    ]);
    expect(await answer(daemon, "list")).toMatchObject({ total: 2 });
    for (const args of [
      [],
      ["lst"],
      ["pause"],
      ["pause", "films", "--all"],
      ["limit", "films"],
      ["priority", "films", "0", "--to", "most"],
      ["settings", "nothing=1"],
      ["list", "--url", "http://me:secret@127.0.0.1/"],
    ]) {
      const { status, stderr } = await remote(daemon, ...args);
      expect([status, stderr], args.join(" ")).toEqual([2, expect.stringMatching(/^millrace: [^\n]+\n$/)]);
      expect(stderr).not.toContain("secret");
    }
  });

  it("explains how to reach a daemon: URL and token", async () => {
    const daemon = await TestDaemon.start();
    const tokenFile = join(await tempFolder(), "token");
    await writeFile(tokenFile, `${daemon.token}\n`);
    expect((await remote({ url: daemon.url }, "list")).stderr).toMatch(
      /requires a token: set MILLRACE_TOKEN, or use --token-file FILE\n$/,
    );
    expect((await remote({ url: daemon.url }, "list", "--token-file", tokenFile)).status).toBe(0);
    // The options stand before or after the action; the file has precedence over the environment.
    expect(
      (
        await remote(
          { url: "http://127.0.0.1:1", token: "wrong-wrong" },
          "--url",
          daemon.url.replace("http://", ""),
          "--token-file",
          tokenFile,
          "stats",
        )
      ).status,
    ).toBe(0);
    const wrong = await remote({ url: daemon.url, token: "wrong-wrong" }, "list", "--json");
    expect([wrong.status, JSON.parse(wrong.stdout)]).toMatchObject([1, { error: { code: "auth.token" } }]);
    expect(wrong.stderr).not.toContain("wrong-wrong");
    const url = `http://127.0.0.1:${await freePort()}`;
    for (const action of ["list", "watch"]) {
      const unauthorized = await remote({ url, token: "wrong-wrong" }, action);
      expect([unauthorized.status, unauthorized.stderr]).toEqual([
        1,
        `millrace: no daemon responds at ${url} (ECONNREFUSED); \`millrace daemon\` starts a daemon, --url selects another URL\n`,
      ]);
    }
    const other = createServer((_request, response) => response.end("<!doctype html>")).listen(0, "127.0.0.1");
    await once(other, "listening");
    for (const address of [
      `${daemon.url}/elsewhere`,
      `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`,
    ]) {
      const page = await remote({ url: address, token: daemon.token }, "list");
      expect([page.status, page.stderr]).toEqual([
        1,
        expect.stringContaining(`the server at ${address} is not a Millrace daemon`),
      ]);
    }
    other.close();
  });

  it("has help for each action, and the shells complete them", async () => {
    const help = await remote({ url: "" }, "--help");
    const actions = [...help.stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name = ""]) => name);
    expect(actions.length).toBeGreaterThan(15);
    for (const action of ["list", "limit", "watch"]) {
      const { status, stdout } = await remote({ url: "" }, action, "--help");
      expect([status, stdout]).toEqual([
        0,
        expect.stringMatching(
          new RegExp(`^Usage: millrace remote ${action} [\\s\\S]*Examples:\\n  # .+\\n  \\$ millrace remote ${action}`),
        ),
      ]);
    }
    const docs = await readFile(new URL("../../docs/cli.md", import.meta.url), "utf8");
    const section = docs.slice(docs.indexOf("## remote"), docs.indexOf("## demo"));
    for (const action of actions) expect(section).toMatch(new RegExp(`^\\| .*\`${action}\\b`, "m"));
    const script = await new Promise<string>((resolve) => {
      execFile(process.execPath, [bin, "completion", "bash"], (_error, stdout) => resolve(stdout));
    });
    expect(script).toContain(actions.join(" "));
    for (const option of ["--token-file", "--search", "--sequential", "--ratio", "--data"])
      expect(script).toContain(option);
  });
});
