import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Argument } from "commander";
import type { Command } from "commander";
import type { ImportOutcome } from "../../daemon/index.ts";
import { CLIENTS, readProfile, type ForeignClient } from "../../profiles/index.ts";
import { clean, count, formatSize } from "../../terminal/index.ts";
import { choiceArgument } from "../input/arguments.ts";
import { act, newCommand, printProblem } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import type { CommonFlags, Session } from "../session.ts";

interface ImportFlags extends CommonFlags {
  readonly config?: string;
  readonly state?: string;
  readonly paused?: boolean;
  readonly dryRun?: boolean;
}

/** The folders of the profiles, relative to the user's home. */
const PROFILES: Readonly<Record<ForeignClient, string>> = {
  transmission: ".config/transmission-daemon",
  qbittorrent: ".local/share/qBittorrent",
  deluge: ".config/deluge",
  rtorrent: ".session",
};

/** Defines `millrace import`. */
export function importCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Takes over the torrents of another client: folders, progress, selected files, labels, limits, ratios and counters. The data stays where it is and is not read: only a torrent of which a file has changed since the other client stored its progress is checked by the daemon.",
      "Stop both the other client and Millrace's daemon first. Nothing is written to the other client's profile. Files of incomplete torrents with a name such as film.mkv.part get their final name.",
    ].join("\n\n"),
    [
      ["import transmission --dry-run", "show what would be imported from Transmission"],
      ["import transmission /var/lib/transmission-daemon/info", "from the profile of a system service"],
      ["import qbittorrent", "from qBittorrent's usual folder"],
      ["import rtorrent ~/rtorrent/.session", "from rTorrent's session folder"],
      ["import deluge --state /srv/millrace --paused", "into another state folder, without starting torrents"],
    ],
  )
    .addArgument(
      new Argument("<client>", "the other client").choices(CLIENTS).argParser(choiceArgument("import", CLIENTS)),
    )
    .argument("[profile]", "the client's folder of settings and torrents (default: the usual one of this user)")
    .option("--state <folder>", "the state folder of the daemon (default: as for `millrace daemon`)")
    .option("--config <file>", "the configuration file of the daemon, which names its state folder")
    .option("--paused", "do not start the torrents")
    .option("--dry-run", "show what would be imported, and write nothing");
  return act<ImportFlags>(command, entry, run);
}

async function run(session: Session<ImportFlags>): Promise<number> {
  const { flags, args, output } = session;
  const client = CLIENTS.find((name) => name === args[0]) ?? "transmission";
  const profile = resolve(args[1] ?? join(homedir(), PROFILES[client]));
  const { importTorrents, loadConfig } = await import("../../daemon/index.ts");
  const { config } = await loadConfig({
    file: flags.config,
    environment: process.env,
    flags: { stateDir: flags.state },
  });
  const runtime = await session.runtime();
  const sums = { imported: 0, known: 0, failed: 0, toCheck: 0 };
  const outcomes = importTorrents({
    runtime,
    stateDir: config.stateDir,
    entries: readProfile(runtime, client, profile),
    paused: flags.paused === true,
    dryRun: flags.dryRun === true,
    signal: session.interrupt.signal,
  });
  for await (const outcome of outcomes) {
    sums[outcome.kind]++;
    if (outcome.kind === "imported" && outcome.check !== "none") sums.toCheck++;
    show(session, outcome);
  }
  output.data({ event: "done", ...sums, profile, state: config.stateDir });
  const would = flags.dryRun === true ? "would be imported" : "imported";
  const rest = [
    ...(sums.toCheck === 0 ? [] : [`${sums.toCheck} to check`]),
    ...(sums.known === 0 ? [] : [`${sums.known} already there`]),
    ...(sums.failed === 0 ? [] : [`${sums.failed} failed`]),
  ];
  output.line(`${count(sums.imported, "torrent")} ${would}${rest.length === 0 ? "" : `, ${rest.join(", ")}`}`);
  return sums.failed === 0 ? EXIT_DONE : EXIT_FAILED;
}

const REASONS = {
  none: "",
  "no-progress": "; its data is checked at the next start, because no usable progress is stored",
  changed: "; its data is checked at the next start, because a file has changed since",
  missing: "; files are missing",
} as const;

function show({ output }: Session, outcome: ImportOutcome): void {
  if (outcome.kind === "failed") {
    const { code, message } = outcome.error;
    printProblem(output, true, { code, message: clean(`${outcome.name}: ${message}`) });
    return;
  }
  output.data({ event: outcome.kind === "known" ? "known" : "imported", ...outcome });
  if (outcome.kind === "known") {
    output.line(`already there: ${clean(outcome.name)}`);
    return;
  }
  const { name, folder, done, wanted, check } = outcome;
  const progress = done === wanted ? formatSize(wanted) : `${formatSize(done)} of ${formatSize(wanted)}`;
  output.line(`${clean(name)}: ${progress} in ${clean(folder)}${REASONS[check]}`);
}
