// Rejects lines of more than 120 columns that the formatter does not break: in comments and in prose. A line of code
// may be longer because of a string, a template or a regular expression, and one of Markdown because of a link, a table
// or a block of code.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COLUMNS = 120;
const root = fileURLToPath(new URL("..", import.meta.url));
const folders = [".", "src", "web", "test", "bench", "fuzz", "examples", "scripts", "docs", "bin"];
const comment = /^\s*(?:\/\/|\/?\*)/;
const literal = /["'`]|\/[^/ ].*\//;
const drawing = /[─│└┌→]/;

function filesOf(folder) {
  return readdirSync(`${root}${folder}`, { recursive: folder !== ".", withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|mjs|js|css|md)$/.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => !/\/(?:node_modules|dist)\//.test(path) && !path.endsWith("docs/limits.md"));
}

/** Whether the next line is inside a template literal. */
const isInTemplate = (line, was) => ((line.replaceAll("\\`", "").match(/`/g) ?? []).length % 2 === 1 ? !was : was);

function isTooLong(line, isMarkdown, isInBlock) {
  if (line.length <= COLUMNS) return false;
  const words = line.trim().split(/\s+/);
  if (isMarkdown) return !isInBlock && !/^\s*(?:\||```)/.test(line) && !line.includes("](") && words.length > 1;
  return comment.test(line) ? !isInBlock && !drawing.test(line) && words.length > 2 : !isInBlock && !literal.test(line);
}

const problems = [];
for (const path of new Set(folders.flatMap(filesOf))) {
  const isMarkdown = path.endsWith(".md");
  let isInBlock = false;
  readFileSync(path, "utf8")
    .split("\n")
    .forEach((line, index) => {
      isInBlock = isMarkdown ? line.trimStart().startsWith("```") !== isInBlock : isInTemplate(line, isInBlock);
      if (isTooLong(line, isMarkdown, isInBlock))
        problems.push(`${path.slice(root.length)}:${index + 1}: ${line.length} columns`);
    });
}
if (problems.length > 0) {
  process.stderr.write(
    `${problems.join("\n")}\nLines end at column ${COLUMNS}: npm run format breaks code and prose; break comments by hand.\n`,
  );
  process.exitCode = 1;
}
