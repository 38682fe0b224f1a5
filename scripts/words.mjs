// Rejects pronouns that leave the actor open, in code, comments, strings and prose: a text names the peer, the tracker,
// the client, the caller or the user.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const words = /\b(?:whoever|somebody|nobody|anybody|everybody)\b/i;
const root = fileURLToPath(new URL("..", import.meta.url));
const folders = [".", "src", "web", "test", "bench", "fuzz", "examples", "scripts", "docs", "deploy"];
/** By file, the lines that may have such a word: the UNIX user `nobody`, the former name of a code, and this list. */
const allowed = new Map([
  ["CHANGELOG.md", /\(was `waiting\.nobody`\)/],
  ["bench/modes/tracker.ts", /"-u", "nobody"/],
  ["docs/protocol/tracker.md", /readable by `nobody`/],
  ["scripts/words.mjs", /./],
  ["test/interop/tracker.test.ts", /the user `nobody`/],
  ["test/support/trackers.ts", /the user `nobody`/],
]);

function filesOf(folder) {
  return readdirSync(`${root}${folder}`, { recursive: folder !== ".", withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|mjs|js|css|html|py|c|sh|md)$/.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length).replace(/^\.\//, ""))
    .filter((name) => !/(?:^|\/)(?:node_modules|dist|reference)\//.test(name));
}

const problems = folders.flatMap(filesOf).flatMap((name) =>
  readFileSync(`${root}${name}`, "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const found = allowed.get(name)?.test(line) === true ? null : words.exec(line);
      return found === null ? [] : [`${name}:${index + 1}: "${found[0]}"`];
    }),
);
if (problems.length > 0) {
  process.stderr.write(
    `${problems.join("\n")}\nName the actor instead: the peer, the tracker, the client, the user.\n`,
  );
  process.exitCode = 1;
}
