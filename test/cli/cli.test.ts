import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseMetainfo } from "../../src/metainfo/index.ts";
import { portableHasher } from "../../src/base/index.ts";
import { bin, events, material, millrace, start, type Event } from "./command-line.ts";
import { eventually } from "../support/process.ts";
import { sha256 } from "../support/real-clients.ts";

const fixture = fileURLToPath(new URL("../fixtures/trusted-computing.torrent", import.meta.url));

describe("millrace", () => {
  it("--version prints the version of package.json", async () => {
    const { version } = JSON.parse(
      await readFile(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"),
    ) as { version: string };
    expect(await millrace("--version")).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it.each([
    "download",
    "seed",
    "create",
    "edit",
    "info",
    "verify",
    "magnet",
    "announce",
    "scrape",
    "tracker",
    "demo",
    "completion",
  ])("%s --help explains and gives examples", async (command) => {
    const { status, stdout } = await millrace(command, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# .+\n {2}\$ millrace /);
  });

  it("wrong usage is status 2, with a suggestion", async () => {
    const { status, stderr } = await millrace("downlod");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^millrace: unknown command 'downlod' \(Did you mean download\?\)/);
    expect((await millrace("create")).status).toBe(2);
    expect((await millrace("downlod", "--help")).status).toBe(2);
    expect((await millrace("remote", "lst", "--help")).status).toBe(2);
    expect((await millrace("download", "x", "--max-down", "fast")).status).toBe(2);
  });

  it.each(["bash", "zsh", "fish"])("completion %s prints a script that names every command", async (shell) => {
    const { status, stdout } = await millrace("completion", shell);
    expect(status).toBe(0);
    for (const name of ["download", "seed", "verify", "tracker"]) expect(stdout).toContain(name);
  });
});

describe("millrace info", () => {
  it("--json has the fields that scripts rely on", async () => {
    const { status, stdout } = await millrace("info", fixture, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: "trusted-computing",
      infoHash: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      infoHashV2: null,
      version: "v1",
      pieceLength: 262_144,
      pieceCount: 194,
      private: false,
      isSingleFile: false,
      trackers: [[expect.stringMatching(/^http/)]],
      webSeeds: [],
      magnet: expect.stringMatching(/^magnet:\?xt=urn:btih:/) as string,
    });
  });

  it.each([
    ["a file that is no torrent", bin, "bencode."],
    ["a file that is not there", "/nowhere/at.all", "storage.not-found"],
  ])("of %s exits with 1 and an error", async (_what, path, code) => {
    const { status, stdout, stderr } = await millrace("info", path, "--json");
    expect(status).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error.code.startsWith(code)).toBe(true);
    expect(stderr.split("\n").filter((line) => line !== "")).toHaveLength(1);
  });
});

describe("millrace create, verify, edit, magnet", () => {
  it("verify prints that the data is complete, then the pieces that a changed byte damages", async () => {
    const { folder, data, torrent } = await material();
    const good = await millrace("verify", torrent, "--dir", join(folder, "seed"), "--json");
    expect([good.status, JSON.parse(good.stdout)]).toMatchObject([0, { valid: 46, pieces: 46, complete: true }]);
    const bytes = await readFile(data);
    bytes[100_000] = (bytes[100_000] ?? 0) ^ 1;
    await writeFile(data, bytes);
    const bad = await millrace("verify", torrent, "--dir", join(folder, "seed"), "--json");
    expect([bad.status, JSON.parse(bad.stdout)]).toMatchObject([1, { valid: 45, pieces: 46, complete: false }]);
  });

  it("create refuses to overwrite, and rejects a path that does not exist", async () => {
    const { data, torrent } = await material(1000);
    expect((await millrace("create", data, "--out", torrent)).status).toBe(1);
    expect((await millrace("create", `${data}.not`, "--out", `${torrent}2`)).status).toBe(1);
  });

  it.each(["--v1", "--v2", "--hybrid"])("create %s writes a torrent that info reads", async (version) => {
    const { folder, data } = await material(100_000);
    const out = join(folder, "other.torrent");
    const made = await millrace(
      "create",
      data,
      "--out",
      out,
      version,
      "--private",
      "--comment",
      "ü",
      "--tracker",
      "http://a.example/announce",
      "--web-seed",
      "http://b.example/",
      "--json",
    );
    expect(made.status).toBe(0);
    const info = JSON.parse((await millrace("info", out, "--json")).stdout) as Record<string, unknown>;
    expect(info).toMatchObject({
      version: version.slice(2),
      private: true,
      comment: "ü",
      trackers: [["http://a.example/announce"]],
      webSeeds: ["http://b.example/"],
      totalSize: 100_000,
    });
    expect(info["infoHash"] === null).toBe(version === "--v2");
    expect(info["infoHashV2"] === null).toBe(version === "--v1");
  });

  it("edit keeps the info-hash", async () => {
    const { torrent } = await material(1000);
    const before = JSON.parse((await millrace("info", torrent, "--json")).stdout) as { infoHash: string };
    expect(
      (await millrace("edit", torrent, "--tracker", "udp://t.example:1/announce", "--comment", "new")).status,
    ).toBe(0);
    const after = JSON.parse((await millrace("info", torrent, "--json")).stdout) as {
      infoHash: string;
      comment: string;
    };
    expect([after.infoHash, after.comment]).toEqual([before.infoHash, "new"]);
  });

  it("magnet prints a link that info reads", async () => {
    const { torrent } = await material(1000);
    const link = (await millrace("magnet", torrent)).stdout.trim();
    const { infoHash } = JSON.parse((await millrace("info", torrent, "--json")).stdout) as { infoHash: string };
    expect(link).toContain(infoHash);
    expect((await millrace("magnet", link, "--json")).stdout).toContain(infoHash);
  });
});

describe("millrace seed and download", () => {
  it("find each other through millrace tracker; announce and scrape list them", async () => {
    const { folder, data, torrent } = await material();
    const tracker = start("tracker", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--json");
    const { http } = (await tracker.until("ready")) as Event & { http: string };
    const url = `http://${http}/announce`;
    expect((await millrace("edit", torrent, "--tracker", url)).status).toBe(0);
    const seeder = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    expect((await seeder.until("ready"))["port"]).toBeGreaterThan(0);
    await eventually("scrape sees the seeder", async () =>
      /"seeders":1/.test((await millrace("scrape", torrent, "--json")).stdout),
    );
    const got = await millrace("download", torrent, "--dir", join(folder, "got"), "--port", "0", "--json");
    expect(got.status).toBe(0);
    const complete = events(got.stdout).find(({ event }) => event === "complete");
    expect(complete).toMatchObject({
      bytes: 3_000_000,
      infoHash: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      seconds: expect.any(Number) as number,
    });
    expect(await sha256(join(folder, "got", "data.bin"))).toBe(await sha256(data));
    expect((await millrace("announce", torrent, "--json")).stdout).toContain("127.0.0.1");
    await seeder.program.stop("SIGINT");
    expect(seeder.program.child.exitCode).toBe(130);
    await tracker.program.stop("SIGINT");
    expect(tracker.program.child.exitCode).toBe(130);
  });

  it("an interrupted download exits with 130 and resumes", async () => {
    const { folder, data, torrent } = await material();
    const seeder = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--skip-check", "--json");
    const peer = `127.0.0.1:${String((await seeder.until("ready"))["port"])}`;
    const common = [
      "download",
      torrent,
      "--dir",
      join(folder, "got"),
      "--port",
      "0",
      "--peer",
      peer,
      "--no-trackers",
      "--json",
    ];
    const first = start(...common, "--max-down", "500KB");
    await eventually("something is there", () =>
      first.seen.some(({ event, bytes }) => event === "progress" && Number(bytes) > 300_000),
    );
    await first.program.stop("SIGINT");
    expect(first.program.child.exitCode).toBe(130);
    const second = await millrace(...common);
    expect(second.status).toBe(0);
    expect(Number(events(second.stdout).find(({ event }) => event === "complete")?.["downloaded"])).toBeLessThan(
      2_800_000,
    );
    expect(await sha256(join(folder, "got", "data.bin"))).toBe(await sha256(data));
  });

  it("a source that fails does not stop the others, and the exit status is not 0", async () => {
    const { folder, torrent } = await material(200_000);
    const seeder = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    const peer = `127.0.0.1:${String((await seeder.until("ready"))["port"])}`;
    const both = await millrace(
      "download",
      "/nowhere.torrent",
      torrent,
      "--dir",
      join(folder, "got"),
      "--port",
      "0",
      "--peer",
      peer,
      "--no-trackers",
      "--json",
    );
    expect(both.status).toBe(1);
    const names = events(both.stdout).map(({ event }) => event);
    expect(names).toContain("error");
    expect(names).toContain("complete");
  });
});

describe("millrace download onto a file that is not the torrent's", () => {
  const foreign = { shorter: 1_000, "of the same length": 200_000, longer: 300_000 };

  it.each(Object.entries(foreign))(
    "rejects one that is %s and keeps it, and overwrites with --overwrite",
    async (_, length) => {
      const { folder, data, torrent } = await material(200_000);
      const seeder = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
      const peer = `127.0.0.1:${String((await seeder.until("ready"))["port"])}`;
      const path = join(folder, "got", "data.bin");
      await mkdir(join(folder, "got"));
      const content = Buffer.alloc(length, "other");
      await writeFile(path, content);
      const command = [
        "download",
        torrent,
        "--dir",
        join(folder, "got"),
        "--port",
        "0",
        "--peer",
        peer,
        "--no-trackers",
      ];
      for (const attempt of ["first", "second"]) {
        const { status, stderr } = await millrace(...command);
        expect([attempt, status]).toEqual([attempt, 1]);
        expect(stderr).toContain(
          `${path} exists with other content (no piece is valid), and is not overwritten: move it away, or choose another folder, or use \`millrace download --overwrite\``,
        );
        expect((await readFile(path)).equals(content)).toBe(true);
      }
      const { status, stdout } = await millrace(...command, "--overwrite", "--json");
      expect(status).toBe(0);
      expect(events(stdout).filter(({ event }) => event === "warning")[0]).toMatchObject({ code: "storage.foreign" });
      expect(await sha256(path)).toBe(await sha256(data));
    },
  );

  it("continues with a file of which a piece is valid, without kept state", async () => {
    const { folder, data, torrent } = await material(200_000);
    const seeder = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    const peer = `127.0.0.1:${String((await seeder.until("ready"))["port"])}`;
    await mkdir(join(folder, "got"));
    const content = await readFile(data);
    await writeFile(join(folder, "got", "data.bin"), content.subarray(0, 150_000));
    const dir = join(folder, "got");
    const { status } = await millrace(
      "download",
      torrent,
      "--dir",
      dir,
      "--port",
      "0",
      "--peer",
      peer,
      "--no-trackers",
    );
    expect(status).toBe(0);
    expect(await sha256(join(dir, "data.bin"))).toBe(await sha256(data));
  });

  it("seed rejects it, too", async () => {
    const { folder, torrent } = await material(200_000);
    await mkdir(join(folder, "other"));
    await writeFile(join(folder, "other", "data.bin"), Buffer.alloc(200_000));
    const { status, stderr } = await millrace("seed", torrent, "--dir", join(folder, "other"), "--port", "0");
    expect(status).toBe(1);
    expect(stderr).toContain("with other content (no piece is valid), and is not overwritten");
  });
});

describe("millrace demo", () => {
  it("downloads, verifies and prints the result", async () => {
    const { status, stdout } = await millrace("demo", "--size", "8MiB", "--json");
    expect(status).toBe(0);
    expect(events(stdout).find(({ event }) => event === "verified")).toMatchObject({
      bytes: 8 * 1024 * 1024,
      same: true,
    });
  });
});

describe("millrace download --metadata-only", () => {
  it("writes the torrent file of a magnet link, and refuses to overwrite one", async () => {
    const { folder, torrent } = await material(300_000);
    const seed = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--no-trackers", "--json");
    const { port } = await seed.until("ready");
    const { id } = parseMetainfo(await readFile(torrent), portableHasher);
    const dir = join(folder, "links");
    const args = ["download", id.hex, "--metadata-only", "--peer", `127.0.0.1:${String(port)}`, "--port", "0"];
    const fetched = await millrace(...args, "--dir", dir, "--json");
    const path = join(dir, "data.bin.torrent");
    expect(fetched.status).toBe(0);
    expect(events(fetched.stdout).at(-1)).toMatchObject({ event: "saved", infoHash: id.hex, name: "data.bin", path });
    expect(parseMetainfo(await readFile(path), portableHasher).id.hex).toBe(id.hex);
    expect(await readdir(dir)).toEqual(["data.bin.torrent"]);

    const again = await millrace(...args, "--dir", dir);
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining("--overwrite")]);
    const out = join(folder, "other.torrent");
    const named = await millrace(...args, "--out", out, "--dir", join(folder, "unused"));
    expect([named.status, named.stdout]).toEqual([
      0,
      expect.stringContaining(`wrote ${out}  data.bin, 293 KiB in 1 file`),
    ]);
    expect((await readdir(folder)).includes("unused")).toBe(false);
    expect((await millrace(...args, "--out", out)).status).toBe(1);
    expect((await millrace("download", torrent, "--out", out)).status).toBe(2);
    await seed.program.stop("SIGINT");
  });
});
