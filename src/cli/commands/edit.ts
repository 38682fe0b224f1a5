import type { Command } from "commander";
import { editTorrent, parseMetainfo } from "../../metainfo/index.ts";
import type { Metainfo, TorrentEdits } from "../../metainfo/index.ts";
import { clean } from "../../terminal/index.ts";
import { repeated, tiersArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { torrentFacts } from "../output/describe.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { printFields } from "../input/fields.ts";
import { CommandLineError } from "../output/problem.ts";
import type { CommonFlags, Session } from "../session.ts";
import { readTorrent } from "../input/torrent-file.ts";
import { refuseToOverwrite } from "../input/overwrite.ts";
import { trackerLines } from "../output/tracker-lines.ts";

interface EditFlags extends CommonFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly tracker?: readonly (readonly string[])[];
  readonly addTracker?: readonly (readonly string[])[];
  readonly removeTracker?: readonly string[];
  readonly clearTrackers?: boolean;
  readonly webSeed?: readonly string[];
  readonly addWebSeed?: readonly string[];
  readonly removeWebSeed?: readonly string[];
  readonly clearWebSeeds?: boolean;
  /** The new comment; `false` with `--no-comment`, which removes the comment. */
  readonly comment?: string | false;
}

/** Defines `millrace edit`. */
export function editCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Changes the trackers, web seeds or comment of a torrent file. The content stays the same, and so does the info-hash. FILE is overwritten unless --out names another file.",
    [
      ["edit film.torrent --add-tracker udp://tracker.example:6969", "add a tracker"],
      [
        "edit film.torrent --tracker http://new.example/announce --out new.torrent",
        "replace all trackers by this one, in a new file",
      ],
      ["edit film.torrent --clear-trackers --no-comment", "remove all trackers and the comment"],
    ],
  )
    .argument("<file>", "a torrent file")
    .option("-o, --out <file>", "write the result to another file and do not change FILE")
    .option(
      "-t, --tracker <url>",
      "replace all trackers by this one; repeat the option for further tiers, and separate the trackers of one tier by commas",
      tiersArgument("--tracker"),
    )
    .option(
      "--add-tracker <url>",
      "add this tracker in a further tier; may be repeated",
      tiersArgument("--add-tracker"),
    )
    .option("--remove-tracker <url>", "remove this tracker; may be repeated", repeated)
    .option("--clear-trackers", "remove all trackers")
    .option("-w, --web-seed <url>", "replace all web seeds by this one; may be repeated", repeated)
    .option("--add-web-seed <url>", "add this web seed; may be repeated", repeated)
    .option("--remove-web-seed <url>", "remove this web seed; may be repeated", repeated)
    .option("--clear-web-seeds", "remove all web seeds")
    .option("-c, --comment <text>", "a comment")
    .option("--no-comment", "remove the comment")
    .option("-f, --force", "replace the --out file when it exists");
  return act<EditFlags>(command, entry, edit);
}

async function edit(session: Session<EditFlags>): Promise<number> {
  const { flags, output } = session;
  const path = session.args[0] ?? "";
  const out = flags.out ?? path;
  const runtime = await session.runtime();
  const before = await readTorrent(runtime, path);
  if (out !== path) await refuseToOverwrite(runtime, out, flags.force === true);
  const edits = editsOf(flags, before.metainfo);
  let bytes: Uint8Array;
  try {
    bytes = editTorrent(before.bytes, edits);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "metainfo.url")
      throw new CommandLineError(error.message, { cause: error });
    throw error;
  }
  const metainfo = parseMetainfo(bytes, runtime.hasher);
  await runtime.files.replace(out, bytes);
  output.data({ out, ...torrentFacts(metainfo) });
  if (output.json) return EXIT_DONE;
  output.line(`${output.style.good("wrote")} ${clean(out)}`);
  printFields(output, [
    ["name", clean(metainfo.name)],
    ["trackers", metainfo.trackers.length === 0 ? "none" : trackerLines(metainfo.trackers)],
    ["web seeds", metainfo.webSeeds.map(clean)],
    ["comment", metainfo.comment === undefined ? undefined : clean(metainfo.comment)],
    ["info-hash", `${metainfo.id.hex} (unchanged)`],
  ]);
  return EXIT_DONE;
}

function editsOf(flags: EditFlags, before: Metainfo): TorrentEdits {
  const trackers = changed(
    before.trackers,
    flags.clearTrackers === true ? [] : flags.tracker,
    flags.addTracker,
    (tiers) => {
      for (const url of flags.removeTracker ?? []) requireOne(tiers.flat(), url, "--remove-tracker");
      return tiers
        .map((tier) => tier.filter((url) => flags.removeTracker?.includes(url) !== true))
        .filter((tier) => tier.length > 0);
    },
  );
  const webSeeds = changed(
    before.webSeeds,
    flags.clearWebSeeds === true ? [] : flags.webSeed,
    flags.addWebSeed,
    (urls) => {
      for (const url of flags.removeWebSeed ?? []) requireOne(urls, url, "--remove-web-seed");
      return urls.filter((url) => flags.removeWebSeed?.includes(url) !== true);
    },
  );
  const comment = flags.comment === false ? null : flags.comment;
  const isTrackers =
    flags.tracker !== undefined ||
    flags.addTracker !== undefined ||
    flags.removeTracker !== undefined ||
    flags.clearTrackers === true;
  const isWebSeeds =
    flags.webSeed !== undefined ||
    flags.addWebSeed !== undefined ||
    flags.removeWebSeed !== undefined ||
    flags.clearWebSeeds === true;
  if (!isTrackers && !isWebSeeds && comment === undefined)
    throw new CommandLineError("nothing to change: name a tracker, web seed or comment; see `millrace edit --help`");
  return { trackers: isTrackers ? trackers : undefined, webSeeds: isWebSeeds ? webSeeds : undefined, comment };
}

/** Returns a list after these changes, in this order: the list is replaced, values are removed, values are added. */
function changed<T>(
  before: readonly T[],
  instead: readonly T[] | undefined,
  added: readonly T[] | undefined,
  remove: (list: readonly T[]) => readonly T[],
): readonly T[] {
  return [...remove(instead ?? before), ...(added ?? [])];
}

function requireOne(urls: readonly string[], url: string, option: string): void {
  if (!urls.includes(url))
    throw new CommandLineError(
      `${option}: the torrent has no ${JSON.stringify(url.slice(0, 200))}; it has ${urls.length === 0 ? "none" : urls.map(clean).join(", ")}`,
    );
}
