import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { bin, millrace } from "./cli/command-line.ts";
import { eventually, Program } from "./support/process.ts";
import { tempFolder } from "./support/temp-folder.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** Loads a public subpath the way a user does. */
function load(subpath: string): Promise<Record<string, unknown>> {
  return import(subpath) as Promise<Record<string, unknown>>;
}

/** `[subpath, name]` for each name that a row of docs/coming-from.md gives. */
function namesIn(row: string): (readonly [string, string])[] {
  const out: (readonly [string, string])[] = [];
  let subpath: string | undefined;
  for (const [, code = ""] of row.matchAll(/`([^`]+)`/g)) {
    if (/^millrace(\/[a-z/]+)?$/.test(code)) subpath = code;
    else if (subpath !== undefined && /^[A-Za-z]\w*([.(:]|$)/.test(code) && code !== "code") out.push([subpath, code]);
  }
  return out;
}

describe("docs/coming-from.md", () => {
  const rows = read("docs/coming-from.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("`millrace"));
  const names = rows.flatMap((row) => namesIn(row.slice(row.indexOf("|", 2))));

  it("has a name in every row of the libraries", () => {
    expect(names.length).toBeGreaterThan(70);
  });

  it.each(names)("%s has %s", async (subpath, code) => {
    const [, owner = "", member] = /^(\w+)(?:\.(\w+))?/.exec(code) ?? [];
    const types: Record<string, string> = { Torrent: "millrace/client", client: "millrace", Client: "millrace" };
    const module = await load(types[owner] ?? subpath);
    const value = module[owner === "client" ? "Client" : owner];
    expect(value, `${owner} of ${subpath}`).toBeDefined();
    if (member === undefined || typeof value !== "function") return;
    const prototype = value.prototype as object;
    const inherited = Object.getPrototypeOf(prototype) as object;
    const exists = member in value || member in prototype || member in inherited;
    // Fields are not on the prototype: the compiled source names them.
    expect(exists || new RegExp(`^ {4}(static )?${member}[;( =]`, "m").test(value.toString()), code).toBe(true);
  });
});

describe("docs", () => {
  it("limits.md equals the limits in the sources", () => {
    expect(() => execFileSync(process.execPath, [`${root}scripts/limits-doc.mjs`, "--check"])).not.toThrow();
  });

  it.each(["README.md", "docs/architecture.md", "docs/coming-from.md", "docs/limits.md", "docs/cli.md"])(
    "%s has no dead links",
    (page) => {
      for (const [, target = ""] of read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^https?:/.test(target)) continue;
        expect(existsSync(join(root, dirname(page), target)), target).toBe(true);
      }
    },
  );

  it("architecture.md names files that exist", () => {
    for (const [, path = ""] of read("docs/architecture.md").matchAll(
      /`((?:client|swarm|storage|transport|discovery|tracker|wire|runtime)\/[\w/-]+\.ts)`/g,
    )) {
      expect(existsSync(`${root}src/${path}`), path).toBe(true);
    }
  });
});

/** The parts of a sample that vary: times and rates. */
function masked(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "DATE")
    .replaceAll(/[\d.]+ [KMG]?i?B\/s/g, "RATE")
    .replaceAll(/\bin [\d.]+s/g, "in TIME")
    .trimEnd();
}

describe("docs/cli.md", () => {
  const samples = [...read("docs/cli.md").matchAll(/^```\n\$ millrace ([^\n]+)\n([^`]*?)^```$/gm)].map(
    ([, line = "", output = ""]) => ({ line, output }),
  );

  it("has samples of create, info, verify and edit that equal the real output", async () => {
    const cwd = await tempFolder();
    mkdirSync(join(cwd, "films"));
    writeFileSync(join(cwd, "films", "river.mkv"), Buffer.alloc(3_000_000, "river "));
    writeFileSync(join(cwd, "films", "notes.txt"), "hi\n");
    for (const command of ["create", "info", "verify", "edit"]) {
      const { line = "", output = "" } = samples.find((each) => each.line.startsWith(`${command} `)) ?? {};
      if (command === "verify") writeFileSync(join(cwd, "films", "notes.txt"), "ho\n");
      const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      const env = { ...process.env, LC_ALL: "C.UTF-8" };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [bin, ...args], { cwd, env }).catch(
        (failed: { stdout: string; stderr: string }) => failed,
      );
      expect(masked(stdout), line).toBe(masked(output));
      expect(stderr, line).toBe("");
    }
  });

  it("names the fields of info --json", async () => {
    const [, list = ""] = /With `--json` one object: ([^;]*magnet`);/s.exec(read("docs/cli.md")) ?? [];
    const { stdout } = await millrace("info", `${root}test/fixtures/trusted-computing.torrent`, "--json");
    expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(Object.keys(JSON.parse(stdout) as object));
  });

  it("has a section for each command", async () => {
    const commands = [...(await millrace("--help")).stdout.matchAll(/^ {2}([a-z]+)(?:\|[a-z]+)? {2,}\S/gm)].map(
      ([, name = ""]) => name,
    );
    const sections = [...read("docs/cli.md").matchAll(/^## (.+)$/gm)].flatMap(([, title = ""]) => title.split(", "));
    expect(sections.toSorted()).toEqual(commands.toSorted());
  });
});

describe("README.md", () => {
  it("begins with commands that work, in two terminals and as a library", async () => {
    const cwd = await tempFolder();
    cpSync(`${root}docs`, join(cwd, "docs"), { recursive: true });
    const readme = read("README.md").slice(read("README.md").indexOf("## 60 seconds"));
    const here = (text: string): string => text.replaceAll("/tmp/docs.torrent", join(cwd, "docs.torrent"));
    const [first = [], second = []] = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) =>
      here(block)
        .split("\n")
        .filter((line) => line.startsWith("millrace ")),
    );
    const words = (line: string): string[] =>
      line
        .replace(/\s+#.*/, "")
        .split(/\s+/)
        .slice(1);
    const run = (line: string): Promise<unknown> =>
      promisify(execFile)(process.execPath, [bin, ...words(line)], { cwd });
    const seeds = first.filter((line) => line.startsWith("millrace seed "));
    expect([seeds.length, second.length]).toEqual([1, 2]);
    for (const line of first) if (!seeds.includes(line)) await run(line);
    const seed = new Program(
      process.execPath,
      [bin, ...words(seeds[0] ?? "").map((word) => (word === "6881" ? "0" : word))],
      { cwd },
    );
    const port = await eventually("it seeds", () => /seeding docs on port (\d+)/.exec(seed.output)?.[1]);
    for (const line of second) await run(line.replace(":6881", `:${port}`));
    const [, snippet = ""] = /```ts\n(import { Client }.*?)```/s.exec(readme) ?? [];
    const code = here(snippet)
      .replace(":6881", `:${port}`)
      .replace('"downloads"', JSON.stringify(join(cwd, "library")));
    // From this folder the package resolves by its name.
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
    for (const got of ["downloads", "library"])
      expect(readFileSync(join(cwd, got, "docs/cli.md"), "utf8")).toBe(read("docs/cli.md"));
  });
});
