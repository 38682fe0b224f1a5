import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

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

  it("names something in every row of the libraries", () => {
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
    // Fields stand in no prototype: the compiled source names them.
    expect(exists || new RegExp(`^ {4}(static )?${member}[;( =]`, "m").test(value.toString()), code).toBe(true);
  });
});

describe("docs", () => {
  it("limits.md says what the sources say", () => {
    expect(() => execFileSync(process.execPath, [`${root}scripts/limits-doc.mjs`, "--check"])).not.toThrow();
  });

  it.each(["README.md", "docs/architecture.md", "docs/coming-from.md", "docs/limits.md", "docs/cli.md"])("%s has no dead links", (page) => {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue;
      expect(existsSync(join(root, dirname(page), target)), target).toBe(true);
    }
  });

  it("architecture.md names files that exist", () => {
    for (const [, path = ""] of read("docs/architecture.md").matchAll(/`((?:client|swarm|storage|transport|discovery|tracker|wire|runtime)\/[\w/-]+\.ts)`/g)) {
      expect(existsSync(`${root}src/${path}`), path).toBe(true);
    }
  });
});
