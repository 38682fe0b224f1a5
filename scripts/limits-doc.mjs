// Writes docs/limits.md from every limits.ts and *-limits.ts, so that the page equals the code. `--check` only
// compares.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = `${root}docs/limits.md`;

const intro = `# Limits

Peers, trackers, torrents, state files and HTTP servers are hostile until proven otherwise: everything they can make us hold, read
or wait for has a bound, a named constant with its unit and its reason. Beyond a bound there is a typed error, a dropped peer or a
value left out; never a crash, never silence about lost data.

File paths have rules of their own: no \`..\`, absolute paths, NUL, device names or bidirectional controls; see
[protocol/metainfo.md](protocol/metainfo.md). Nothing is written through a symbolic link that leads outside the download folder.

This page is made from the sources by \`node scripts/limits-doc.mjs\`; a test keeps it true.
`;

function limitsOf(room) {
  const source = readFileSync(`${root}src/${room}`, "utf8");
  const rows = [];
  let comment = "";
  for (const match of source.matchAll(/\/\*\*([\s\S]*?)\*\/|export const (\w+)(?:: \w+)? = ([^;]+);|export \{/g)) {
    if (match[1] !== undefined)
      comment = match[1]
        .replaceAll(/\n\s*\*/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim();
    else if (match[2] === undefined) comment = "";
    else {
      rows.push(
        `| \`${match[2]}\` | ${match[3].replaceAll(/\s+/g, " ").replaceAll(/(?<=\d)_(?=\d)/g, ",")} | ${comment.replaceAll(/\{@link ([^}]+)\}/g, "`$1`").replaceAll("|", "\\|")} |`,
      );
      comment = "";
    }
  }
  return `\n## ${room.replace(/[/-]?limits\.ts$/, "")}\n\n| constant | value | what and why |\n|---|---|---|\n${rows.join("\n")}\n`;
}

const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith("limits.ts"),
);
const text = intro + sources.toSorted().map(limitsOf).join("");
if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    process.stderr.write("docs/limits.md is out of date: node scripts/limits-doc.mjs\n");
    process.exit(1);
  }
} else writeFileSync(page, text);
