// Rejects files, folders and classes in src/ that are too large, and exports without a docstring. It reads the sources
// line by line, which works because the formatter gives all of them the same layout.
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Lines of a file. */
const MAX_LINES = 350;
/** Code files of a folder. */
const MAX_FILES = 16;
/** Public members of a class, unless its docstring gives a reason that has "public members" in it. */
const MAX_MEMBERS = 16;

const root = fileURLToPath(new URL("..", import.meta.url));
const EXPORT = /^export (?:abstract |async |declare )*(?:function\*?|class|const|interface|type|enum) (\w+)/;
const CLASS = /^(?:export )?(?:abstract )?class (\w+)/;
const MEMBER =
  /^ {2}(?!#|private |protected |constructor\(|static |declare )(?:abstract |readonly |override |async |get |set |\*)*([A-Za-z_]\w*)\??[ :(=;<!]/;

const problems = [];
const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => `src/${path}`);

/** The docstring that ends above a line, as one text; `undefined` without one. */
function docAbove(lines, at) {
  let end = at - 1;
  while (lines[end]?.startsWith("// oxlint") || lines[end]?.startsWith("@")) end--;
  if (lines[end]?.trimEnd().endsWith("*/") !== true) return undefined;
  let start = end;
  while (start > 0 && !lines[start].includes("/**")) start--;
  return lines
    .slice(start, end + 1)
    .join(" ")
    .replaceAll(/\s*\n?\s*\*\s+/g, " ");
}

/** The names of the public members of the class that begins at a line. */
function membersOf(lines, at) {
  const names = new Set();
  for (let line = at + 1; line < lines.length && lines[line] !== "}"; line++) {
    const match = MEMBER.exec(lines[line]);
    if (match !== null) names.add(match[1]);
  }
  return names;
}

const exported = new Map();
for (const path of sources) {
  const lines = readFileSync(root + path, "utf8")
    .trimEnd()
    .split("\n");
  if (lines.length > MAX_LINES) problems.push(`${path}: ${lines.length} lines; at most ${MAX_LINES}`);
  let isInTemplate = false;
  lines.forEach((line, at) => {
    const wasInTemplate = isInTemplate;
    if ((line.replaceAll("\\`", "").match(/`/g) ?? []).length % 2 === 1) isInTemplate = !isInTemplate;
    if (wasInTemplate) return;
    const doc = docAbove(lines, at);
    const name = EXPORT.exec(line)?.[1];
    // Overloads of a function share the docstring of the first.
    if (name !== undefined && doc === undefined && exported.get(path) !== name)
      problems.push(`${path}:${at + 1}: ${name} has no docstring`);
    if (name !== undefined) exported.set(path, name);
    const owner = CLASS.exec(line)?.[1];
    if (owner === undefined) return;
    const members = membersOf(lines, at);
    if (members.size > MAX_MEMBERS && !/more\s+than\s+16|public\s+members/.test(doc ?? ""))
      problems.push(
        `${path}:${at + 1}: ${owner} has ${members.size} public members; at most ${MAX_MEMBERS}, or a reason in its docstring`,
      );
  });
}

const files = new Map();
for (const path of sources) files.set(dirname(path), (files.get(dirname(path)) ?? 0) + 1);
for (const [folder, count] of files)
  if (count > MAX_FILES) problems.push(`${folder}: ${count} code files; at most ${MAX_FILES}`);

if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exitCode = 1;
}
