import type { Command } from "commander";
import type { LayoutFile, Metainfo } from "../../metainfo/index.ts";
import { clean, count, formatDate, formatSize, groupDigits } from "../../terminal/index.ts";
import { act, newCommand, printProblem } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { torrentFacts } from "../output/describe.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import { printFields } from "../input/fields.ts";
import { treeLines } from "../output/file-tree.ts";
import type { Output } from "../output/output.ts";
import { toProblem } from "../output/problem.ts";
import { showMagnet } from "../output/show-magnet.ts";
import type { CommonFlags, Session } from "../session.ts";
import { readSource } from "../input/torrent-file.ts";
import { trackerLines } from "../output/tracker-lines.ts";

/** The maximum number of files that are listed. For the other files, one line has their number and total size. */
const SHOWN_FILES = 100;

interface InfoFlags extends CommonFlags {
  readonly allFiles?: boolean;
}

/** Defines `millrace info`. */
export function infoCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Shows the contents of torrent files and magnet links: names, sizes, info-hashes, trackers, files. Uses no network.",
    [
      ["info debian.torrent", "all information about a torrent, with its files as a tree"],
      ["info debian.torrent --json | jq -r .infoHash", "a single value, for a script"],
      ["info 'magnet:?xt=urn:btih:…'", "a magnet link (in quotes for the shell)"],
    ],
  )
    .argument("<file|magnet...>", "torrent files or magnet links")
    .option("--all-files", `list all files, not only the first ${SHOWN_FILES}`);
  return act<InfoFlags>(command, entry, info);
}

async function info(session: Session<InfoFlags>): Promise<number> {
  const { args, flags, output } = session;
  const runtime = await session.runtime();
  let exitCode = EXIT_DONE;
  for (const [at, arg] of args.entries()) {
    if (at > 0) output.line();
    try {
      const source = await readSource(runtime, arg);
      if (source.kind === "magnet") showMagnet(output, source.magnet);
      else showTorrent(output, source.metainfo, flags.allFiles === true);
    } catch (error) {
      // The rest is shown all the same.
      printProblem(output, false, toProblem(error));
      exitCode = EXIT_FAILED;
    }
  }
  return exitCode;
}

function showTorrent(output: Output, metainfo: Metainfo, allFiles: boolean): void {
  const facts = torrentFacts(metainfo);
  output.data(facts);
  if (output.json) return;
  const files = metainfo.files.filter((file) => !file.isPadding);
  const padding = metainfo.files.reduce((sum, file) => sum + (file.isPadding ? file.length : 0), 0);
  output.line(output.style.strong(clean(metainfo.name)));
  printFields(output, [
    [
      "size",
      `${formatSize(metainfo.totalSize)} (${groupDigits(metainfo.totalSize)} bytes) in ${count(files.length, "file")}`,
    ],
    [
      "pieces",
      `${groupDigits(metainfo.pieceCount)} of ${formatSize(metainfo.pieceLength)}${padding > 0 ? `, with ${formatSize(padding)} of padding` : ""}`,
    ],
    ["version", metainfo.version],
    ["info-hash", metainfo.infoHash?.hex],
    ["info-hash v2", metainfo.infoHashV2?.hex],
    ["private", metainfo.isPrivate ? "yes: peers come only from its trackers" : "no"],
    ["trackers", trackerLines(metainfo.trackers)],
    ["web seeds", metainfo.webSeeds.map(clean)],
    ["HTTP seeds", metainfo.httpSeeds.map(clean)],
    ["source", optional(metainfo.source)],
    ["comment", optional(metainfo.comment)],
    ["created by", optional(metainfo.createdBy)],
    ["created on", metainfo.creationDate === undefined ? undefined : formatDate(metainfo.creationDate)],
    ["magnet", clean(facts.magnet)],
  ]);
  if (metainfo.isSingleFile) return;
  output.line();
  showFiles(output, files, allFiles);
}

function showFiles(output: Output, files: readonly LayoutFile[], allFiles: boolean): void {
  const shown = allFiles ? files : files.slice(0, SHOWN_FILES);
  const entries = shown.map((file) => ({
    path: file.path,
    note: file.symlinkPath === undefined ? formatSize(file.length) : `link to ${clean(file.symlinkPath.join("/"))}`,
  }));
  for (const line of treeLines(entries, output.style.unicode)) output.line(line);
  if (shown.length < files.length) {
    const rest = files.slice(shown.length);
    const size = rest.reduce((sum, file) => sum + file.length, 0);
    output.line(
      output.style.dim(`and ${count(rest.length, "more file")} with ${formatSize(size)}; --all-files lists them`),
    );
  }
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clean(text);
}
