import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
/** A folder inside the package, so that `millrace/…` resolves to it, and outside of the sources. */
const folder = join(root, "dist", `.doc-examples-${process.pid}`);

interface Example {
  readonly title: string;
  readonly code: string;
}

/** The code of each `@example` of a file: between fences, or up to the end of the docstring. */
function examplesIn(path: string, source: string): Example[] {
  const out: Example[] = [];
  for (const [, doc = ""] of source.matchAll(/\/\*\*([\s\S]*?)\*\//g)) {
    const text = doc.replaceAll(/^ *\* ?/gm, "");
    for (const [, code = ""] of text.matchAll(/^@example\n```ts\n([\s\S]*?)^```/gm))
      out.push({ title: `${path} ${out.length + 1}`, code });
    const marked = text.match(/@example/g)?.length ?? 0;
    const fenced = text.match(/^@example\n```ts\n/gm)?.length ?? 0;
    if (marked !== fenced) throw new Error(`${path}: an @example that is not a \`\`\`ts block of its own cannot run`);
  }
  return out;
}

/** A line `value; // => expected` becomes an assertion. */
function withAssertions(code: string): string {
  const lines = code.replaceAll(/^(.*\S); \/\/ => (.*)$/gm, "assert.deepEqual($1, $2);");
  return `import assert from "node:assert/strict";\n${lines}`;
}

const files = (await readdir(join(root, "src"), { recursive: true })).filter(
  (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
);
const examples = (
  await Promise.all(files.map(async (path) => examplesIn(path, await readFile(join(root, "src", path), "utf8"))))
).flat();

beforeAll(() => mkdir(folder, { recursive: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("@example", () => {
  it("exists for the main entry points", () => {
    expect(examples.length).toBeGreaterThan(15);
  });

  it.concurrent.each(examples)("of $title runs", async ({ title, code }) => {
    const file = join(
      folder,
      `${basename(title).replaceAll(/\W/g, "-")}-${examples.findIndex((e) => e.code === code)}.mjs`,
    );
    await writeFile(file, withAssertions(code));
    const cwd = `${file}.d`;
    await mkdir(cwd);
    const { stderr } = await promisify(execFile)(process.execPath, [file], { cwd, timeout: 60_000 });
    expect(stderr).toBe("");
  });
});

describe("The API reference", () => {
  it("is built from the docstrings, and its links have targets", { timeout: 300_000 }, async () => {
    const { stdout, stderr } = await promisify(execFile)("npm", ["run", "docs:api"], { cwd: root });
    const problems = `${stdout}${stderr}`.split("\n").filter((line) => /Failed to resolve link|\[error\]/.test(line));
    expect(problems).toEqual([]);
    const modules = await readdir(join(root, "docs", "api", "reference", "modules"));
    expect(modules).toEqual(expect.arrayContaining(["index.html", "wire.html", "runtime_node.html", "console.html"]));
  });
});
