import type { Command } from "commander";
import { formatEndpoint, parseListenEndpoint } from "../../../base/index.ts";
import type { Endpoint, InfoHash } from "../../../base/index.ts";
import { TrackerServer } from "../../../tracker/index.ts";
import type { TrackerStats } from "../../../tracker/index.ts";
import { count, cutText, formatDuration, groupDigits } from "../../../terminal/index.ts";
import { wholeArgument } from "../../input/arguments.ts";
import { act, newCommand } from "../../command.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_INTERRUPTED } from "../../exit-code.ts";
import { isLive, LiveDisplay } from "../../live/progress.ts";
import { CommandLineError, parseArgument } from "../../output/problem.ts";
import type { CommonFlags, Session } from "../../session.ts";
import { readTorrent } from "../../input/torrent-file.ts";
import { aborted } from "../../wait.ts";

interface TrackerFlags extends CommonFlags {
  readonly http?: Endpoint;
  readonly udp?: Endpoint;
  readonly interval: number;
  readonly allow?: readonly string[];
}

/** Defines `millrace tracker`. */
export function trackerCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Runs a tracker until Ctrl-C. Its peers are stored in memory only; after a restart, clients announce to it again.",
    [
      [
        "tracker --http 0.0.0.0:6969 --udp 0.0.0.0:6969",
        "a tracker that all hosts with access to this machine can use",
      ],
      ["tracker --http 127.0.0.1:0 --json", "for a test, on any free port, whose number is in the first line"],
      ["tracker --http 127.0.0.1:6969 --allow debian.torrent", "only for the given torrents"],
    ],
  )
    .option("--http <host:port>", "the address for HTTP; port 0 is any free port", addressArgument("--http"))
    .option("--udp <host:port>", "the address for UDP", addressArgument("--udp"))
    .option(
      "--interval <seconds>",
      "the time between announces that the tracker requests from clients",
      wholeArgument("--interval", 1, 86_400),
      1800,
    )
    .option("--allow <torrent...>", "accept only these torrents");
  return act<TrackerFlags>(command, entry, run);
}

/** Parses `IP:PORT` or `localhost:PORT`. Host names are not accepted, because they are not looked up. */
function addressArgument(option: string): (text: string) => Endpoint {
  return (text) => parseArgument(option, () => parseListenEndpoint(text));
}

async function run(session: Session<TrackerFlags>): Promise<number> {
  const { flags, output } = session;
  const { http, udp } = flags;
  if (http === undefined && udp === undefined)
    throw new CommandLineError("no address to listen on: add --http HOST:PORT, --udp HOST:PORT or both");
  const runtime = await session.runtime();
  const allow = await readAllowed(session);
  const server = new TrackerServer(runtime, { http, udp, intervalSeconds: flags.interval, allow });
  const { signal } = session.interrupt;
  const addresses = await server.listen();
  try {
    const urls = announceUrls(addresses);
    const text = (endpoint: Endpoint | undefined): string | null =>
      endpoint === undefined ? null : formatEndpoint(endpoint);
    output.data({ event: "ready", http: text(addresses.http), udp: text(addresses.udp), urls });
    output.line("a tracker is running; its announce URL for torrents is:");
    for (const url of urls) output.line(`  ${url}`);
    if (addresses.http !== undefined) output.line(`statistics: ${urls[0]?.replace("/announce", "/") ?? ""}`);
    const display = isLive(output, false)
      ? new LiveDisplay(output, (columns) => [cutText(statsLine(server.stats()), columns)])
      : undefined;
    await aborted(signal);
    display?.close();
    output.note(`stopped after ${statsLine(server.stats())}`);
  } finally {
    await server.close();
  }
  return EXIT_INTERRUPTED;
}

async function readAllowed(session: Session<TrackerFlags>): Promise<InfoHash[] | undefined> {
  if (session.flags.allow === undefined) return undefined;
  const runtime = await session.runtime();
  const allowed: InfoHash[] = [];
  for (const path of session.flags.allow) {
    const { metainfo } = await readTorrent(runtime, path);
    for (const hash of [metainfo.infoHash, metainfo.infoHashV2]) if (hash !== undefined) allowed.push(hash);
  }
  return allowed;
}

function announceUrls({ http, udp }: { readonly http?: Endpoint; readonly udp?: Endpoint }): string[] {
  const urls: string[] = [];
  if (http !== undefined) urls.push(`http://${formatEndpoint(http)}/announce`);
  if (udp !== undefined) urls.push(`udp://${formatEndpoint(udp)}`);
  return urls;
}

function statsLine(stats: TrackerStats): string {
  const announces = stats.http.announces + stats.udp.announces;
  const refused = stats.http.refused + stats.udp.refused;
  const parts = [
    formatDuration(stats.uptimeSeconds),
    count(stats.torrents, "torrent"),
    count(stats.seeders, "seeder"),
    count(stats.leechers, "leecher"),
    count(announces, "announce"),
    count(stats.http.scrapes + stats.udp.scrapes, "scrape"),
  ];
  if (refused > 0) parts.push(`${groupDigits(refused)} refused`);
  return parts.join(", ");
}
