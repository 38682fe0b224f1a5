import type { Command } from "commander";
import { formatMagnet, magnetLink, magnetOf, parseMagnet } from "../../metainfo/index.ts";
import { peersArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { magnetFacts } from "../output/describe.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { parseHostPort } from "../../base/index.ts";
import { showMagnet } from "../output/show-magnet.ts";
import type { CommonFlags, Session } from "../session.ts";
import { readTorrent } from "../input/torrent-file.ts";

interface MagnetFlags extends CommonFlags {
  readonly peer?: readonly string[];
  /** Whether the magnet link includes trackers. It is `false` with `--no-trackers`. */
  readonly trackers: boolean;
}

/** Defines `millrace magnet`. */
export function magnetCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Prints the magnet link of a torrent file; or shows the contents of a magnet link.",
    [
      ["magnet debian.torrent", "print the link of a torrent file"],
      ["magnet debian.torrent --peer 192.168.0.7:6881", "with a peer to connect to first (x.pe)"],
      ["magnet 'magnet:?xt=urn:btih:…'", "show the contents of a link"],
    ],
  )
    .argument("<file|link>", "a torrent file, a magnet link, or an info-hash")
    .option("--peer <host:port>", "add a peer to the link; may be repeated", peersArgument("--peer"))
    .option("--no-trackers", "leave out the trackers");
  return act<MagnetFlags>(command, entry, magnet);
}

async function magnet(session: Session<MagnetFlags>): Promise<number> {
  const { flags, output } = session;
  const arg = session.args[0] ?? "";
  const given = magnetLink(arg);
  if (given !== undefined) {
    showMagnet(output, parseMagnet(given));
    return EXIT_DONE;
  }
  const { metainfo } = await readTorrent(await session.runtime(), arg);
  const facts = magnetOf(metainfo);
  const link = {
    ...facts,
    trackers: flags.trackers ? facts.trackers : [],
    peers: (flags.peer ?? []).map(parseHostPort),
  };
  output.data(magnetFacts(link));
  output.line(formatMagnet(link));
  return EXIT_DONE;
}
