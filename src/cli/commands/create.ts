import { Option } from "commander";
import type { Command } from "commander";
import { VERSION } from "../../base/index.ts";
import { createTorrent } from "../../creation/index.ts";
import type { CreatedTorrent } from "../../creation/index.ts";
import type { MetainfoVersion } from "../../metainfo/index.ts";
import { clean, count, formatSize, groupDigits } from "../../terminal/index.ts";
import { repeated, sizeArgument, tiersArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { torrentFacts } from "../output/describe.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { printFields } from "../input/fields.ts";
import { ByteProgress } from "../live/progress.ts";
import { nearPieceLengths } from "../input/piece-length.ts";
import { CommandLineError } from "../output/problem.ts";
import type { CommonFlags, Session } from "../session.ts";
import { renamedNote } from "../output/renamed-note.ts";
import { refuseToOverwrite } from "../input/overwrite.ts";

interface CreateFlags extends CommonFlags {
  readonly out?: string;
  readonly tracker?: readonly (readonly string[])[];
  readonly pieceLength?: number;
  readonly v1?: boolean;
  readonly v2?: boolean;
  readonly hybrid?: boolean;
  readonly private?: boolean;
  readonly comment?: string;
  readonly source?: string;
  readonly webSeed?: readonly string[];
  readonly name?: string;
  readonly skipHidden?: boolean;
  /** Whether to write the creation date. It is `false` with `--no-date`. */
  readonly date: boolean;
  readonly force?: boolean;
}

/** Defines `millrace create`. */
export function createCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Makes a torrent file for a file or folder. The data is read once and hashed on all cores. Symbolic links are followed: the torrent contains the files to which they lead.",
    [
      ["create film.mkv --out film.torrent --tracker udp://tracker.example:6969", "a torrent of one file"],
      [
        "create photos --out photos.torrent --tracker http://a.example/announce --tracker http://b.example/announce",
        "a folder, with a second tracker for the case that the first fails",
      ],
      ["create data --out data.torrent --hybrid --piece-length 1MiB", "a hybrid torrent, for v1 and v2 clients"],
    ],
  )
    .argument("<path>", "a file or folder")
    .requiredOption("-o, --out <file>", "the torrent file to write")
    .option(
      "-t, --tracker <url>",
      "a tracker to announce to; repeat the option for further tiers, and separate the trackers of one tier by commas",
      tiersArgument("--tracker"),
    )
    .option(
      "-l, --piece-length <size>",
      "the length of a piece, such as 256KiB or 1MiB (default: chosen by the size of the data)",
      sizeArgument("--piece-length"),
    )
    .option("--v1", "make a v1 torrent, for all clients (default)")
    .addOption(new Option("--v2", "make a v2 torrent (SHA-256), for new clients only").conflicts(["v1", "hybrid"]))
    .addOption(new Option("--hybrid", "make a hybrid torrent, for v1 and v2 clients").conflicts(["v1", "v2"]))
    .option("-p, --private", "make the torrent private, so that peers come only from its trackers")
    .option("-c, --comment <text>", "a comment")
    .option("--source <text>", "the `source` field, which changes the info-hash")
    .option("-w, --web-seed <url>", "an HTTP URL from which the data can be downloaded; may be repeated", repeated)
    .option("-n, --name <name>", "the torrent's name (default: that of the file or folder)")
    .option("--skip-hidden", "leave out files and folders whose name begins with a dot")
    .option("--no-date", "leave out the creation date, so that the same data gives the same file")
    .option("-f, --force", "replace FILE when it exists");
  return act<CreateFlags>(command, entry, create);
}

async function create(session: Session<CreateFlags>): Promise<number> {
  const { flags, output } = session;
  const path = session.args[0] ?? "";
  const out = flags.out ?? "";
  const { signal } = session.interrupt;
  const runtime = await session.runtime();
  await refuseToOverwrite(runtime, out, flags.force === true);
  const progress = new ByteProgress(output, path);
  const start = performance.now();
  let created: CreatedTorrent;
  try {
    created = await createTorrent(runtime, {
      path,
      output: out,
      version: versionOf(flags),
      pieceLength: flags.pieceLength,
      trackers: flags.tracker,
      webSeeds: flags.webSeed,
      private: flags.private,
      comment: flags.comment,
      source: flags.source,
      name: flags.name,
      skipHidden: flags.skipHidden,
      createdBy: `Millrace ${VERSION}`,
      creationDate: flags.date ? new Date() : undefined,
      onProgress: ({ hashedBytes, totalBytes }) => progress.update(hashedBytes, totalBytes),
      signal,
    });
  } catch (error) {
    throw asCommandLineError(error, flags);
  } finally {
    progress.close();
  }
  await runtime.files.replace(out, created.bytes);
  report(session, created, (performance.now() - start) / 1000);
  return EXIT_DONE;
}

function versionOf(flags: CreateFlags): MetainfoVersion {
  if (flags.hybrid === true) return "hybrid";
  return flags.v2 === true ? "v2" : "v1";
}

/**
 * Converts an error of the library about the value of an option into an error of the command line. Returns other errors
 * unchanged.
 */
function asCommandLineError(error: unknown, flags: CreateFlags): unknown {
  const codes: Readonly<Record<string, string>> = {
    "metainfo.piece-length": "--piece-length",
    "metainfo.url": "--tracker or --web-seed",
    "metainfo.name": "--name",
  };
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const option = codes[error.code];
  if (option === undefined) return error;
  const near =
    error.code === "metainfo.piece-length" && flags.pieceLength !== undefined
      ? nearPieceLengths(flags.pieceLength, versionOf(flags))
      : undefined;
  return new CommandLineError(`${option}: ${error.message}${near === undefined ? "" : `; try ${near}`}`, {
    cause: error,
  });
}

function report(
  { flags, output }: Session<CreateFlags>,
  { metainfo, renamed, renamedFrom, bytes }: CreatedTorrent,
  seconds: number,
): void {
  const out = flags.out ?? "";
  const facts = torrentFacts(metainfo);
  const renames = renamed.map(({ from, to }) => ({ from: from.join("/"), to: to.join("/") }));
  output.data({ out, bytes: bytes.length, ...facts, ...(renames.length === 0 ? {} : { renamed: renames }) });
  if (!output.json) {
    const files = metainfo.files.filter((file) => !file.isPadding).length;
    output.line(`${output.style.good("wrote")} ${clean(out)}`);
    printFields(output, [
      ["name", clean(metainfo.name)],
      [
        "size",
        `${formatSize(metainfo.totalSize)} in ${count(files, "file")}, ${groupDigits(metainfo.pieceCount)} pieces of ${formatSize(metainfo.pieceLength)}`,
      ],
      ["hashed", `in ${seconds.toFixed(1)}s, ${formatSize(metainfo.totalSize / Math.max(seconds, 0.001))}/s`],
      ["info-hash", metainfo.infoHash?.hex],
      ["info-hash v2", metainfo.infoHashV2?.hex],
      ["magnet", clean(facts.magnet)],
    ]);
  }
  const note = renamedNote(renamed);
  if (note !== undefined) output.note(`${output.noteStyle.warn("note:")} ${note}`);
  if (renamedFrom !== undefined)
    output.note(`${output.noteStyle.warn("note:")} ${clean(renamedFrom)} is ${clean(metainfo.name)} in the torrent`);
  if (renamed.length > 0 || renamedFrom !== undefined) {
    output.note(
      `${output.noteStyle.warn("note:")} the commands seed and verify look for the names in the torrent: rename the data on disk before you share it`,
    );
  }
}
