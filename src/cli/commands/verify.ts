import type { Command } from "commander";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import { clean, count, formatRate, groupDigits, table } from "../../terminal/index.ts";
import { ByteProgress } from "../live/progress.ts";
import type { CommonFlags, Session } from "../session.ts";
import { requireFolder } from "../input/folder.ts";
import { parentFolderHint } from "../input/folder-hint.ts";
import { readTorrent } from "../input/torrent-file.ts";
import { verifyData } from "../verify-data.ts";
import type { BadFile, Verdict } from "../verify-data.ts";

/** The maximum number of files that are listed. The other files are only counted. */
const SHOWN_FILES = 50;

interface VerifyFlags extends CommonFlags {
  readonly dir: string;
}

/** Defines `millrace verify`. */
export function verifyCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Reads the data of a torrent and checks it against the torrent's hashes. Changes nothing. The exit status is 0 only when all data is complete and valid.",
    [
      ["verify debian.torrent --dir ~/downloads", "check whether ~/downloads/debian… is complete and undamaged"],
      ["verify debian.torrent --dir ~/downloads --json | jq .complete", "as JSON, for a script"],
    ],
  )
    .argument("<torrent>", "a torrent file")
    .option("-d, --dir <dir>", "the folder that contains the torrent's file or folder", ".");
  return act<VerifyFlags>(command, entry, verify);
}

async function verify(session: Session<VerifyFlags>): Promise<number> {
  const { flags, output } = session;
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  const { metainfo } = await readTorrent(runtime, session.args[0] ?? "");
  await requireFolder(runtime, flags.dir);
  const progress = new ByteProgress(output, metainfo.name);
  const start = performance.now();
  let verdict: Verdict;
  try {
    const onProgress = (checked: number): void =>
      progress.update(
        Math.min(checked * metainfo.pieceLength, metainfo.layout.totalLength),
        metainfo.layout.totalLength,
      );
    verdict = await verifyData({ runtime, metainfo, folder: flags.dir, onProgress, signal });
  } finally {
    progress.close();
  }
  const { valid, isComplete, badFiles } = verdict;
  output.data({
    valid: valid.count,
    pieces: metainfo.pieceCount,
    complete: isComplete,
    name: metainfo.name,
    infoHash: metainfo.id.hex,
    files: badFiles,
  });
  const seconds = (performance.now() - start) / 1000;
  const pieces = `${groupDigits(valid.count)} of ${count(metainfo.pieceCount, "piece")} valid`;
  if (isComplete) {
    const rate = formatRate(metainfo.totalSize / Math.max(seconds, 0.001));
    output.line(
      `${output.style.good("complete")}: ${clean(metainfo.name)}: ${pieces} (${seconds.toFixed(1)}s, ${rate})`,
    );
    return EXIT_DONE;
  }
  output.line(`${output.style.bad("not complete")}: ${clean(metainfo.name)}: ${pieces}`);
  if (!output.json) showBadFiles(session, badFiles);
  const hint = valid.count === 0 ? await parentFolderHint(runtime, metainfo, flags.dir) : undefined;
  if (hint !== undefined) output.note(`${output.noteStyle.warn("note:")} ${clean(hint)}`);
  return EXIT_FAILED;
}

function showBadFiles({ output }: Session<VerifyFlags>, files: readonly BadFile[]): void {
  const rows = files
    .slice(0, SHOWN_FILES)
    .map((file) => [
      file.problem,
      file.pieces === 0 ? "" : `${groupDigits(file.badPieces)} of ${groupDigits(file.pieces)}`,
      clean(file.path),
    ]);
  for (const line of table([{ title: "problem" }, { title: "bad pieces", align: "right" }, { title: "file" }], rows))
    output.line(`  ${line}`);
  if (files.length > SHOWN_FILES) output.line(`  and ${count(files.length - SHOWN_FILES, "more file")}`);
}
