import type { Command } from "commander";
import { formatEndpoint, MillraceError, type InfoHash } from "../../../base/index.ts";
import type { PeersFound } from "../../../dht/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { count } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../../exit-code.ts";
import { wholeArgument } from "../../input/arguments.ts";
import { readSource } from "../../input/torrent-file.ts";
import { CommandLineError } from "../../output/problem.ts";
import type { Session } from "../../session.ts";
import { dhtAction, withDht, type DhtFlags } from "./open-dht.ts";

interface PeersFlags extends DhtFlags {
  readonly announce?: number;
  readonly scrape?: boolean;
}

/** Defines `millrace dht peers`. */
export function peersCommand(parent: CommandEntry): Command {
  return dhtAction<PeersFlags>(
    parent,
    {
      name: "peers",
      summary: "find the peers of a torrent",
      examples: [
        ["dht peers 0123456789abcdef0123456789abcdef01234567", "a line for each peer, as they are found"],
        [
          "dht peers debian.torrent --announce 6881 --scrape",
          "announce this machine as a peer, and estimate the size of the swarm",
        ],
      ],
    },
    run,
    (command) =>
      command
        .argument("<torrent>", "an info-hash, a magnet link, or a torrent file")
        .option(
          "--announce <port>",
          "announce this machine as a peer at the port",
          wholeArgument("--announce", 1, 65_535),
        )
        .option("--scrape", "estimate how many seeds and leechers there are (BEP 33)"),
  );
}

async function run(session: Session<PeersFlags>): Promise<number> {
  const { args, flags, output } = session;
  const infoHash = await infoHashOf(await session.runtime(), args[0] ?? "");
  return withDht(session, async ({ dht, signal }) => {
    const found = await dht.findPeers(infoHash, {
      signal,
      announce: flags.announce === undefined ? undefined : { port: flags.announce },
      scrape: flags.scrape,
      onPeers: (peers) => {
        for (const peer of peers) {
          output.data({ event: "peer", ip: peer.ip, port: peer.port });
          output.line(formatEndpoint(peer));
        }
      },
    });
    const { peers, durationMs, seeds = null, leechers = null, ...rest } = found;
    const estimate = flags.scrape === true ? { seeds, leechers } : {};
    output.data({ event: "done", peers: peers.length, ...rest, ...estimate, durationMs: Math.round(durationMs) });
    output.note(summaryOf(found, flags));
    const hasFailed = flags.announce !== undefined && found.announced === 0;
    return hasFailed ? EXIT_FAILED : EXIT_DONE;
  });
}

function summaryOf({ peers, announced, seeds, leechers, queries, durationMs }: PeersFound, flags: PeersFlags): string {
  const parts = [
    `${peers.length === 0 ? "no peers" : count(peers.length, "peer")} found by ${count(queries, "query", "queries")} in ${Math.round(durationMs)} ms`,
  ];
  if (flags.scrape === true)
    parts.push(
      seeds === undefined && leechers === undefined
        ? "no node has an estimate"
        : `about ${count(seeds ?? 0, "seed")} and ${count(leechers ?? 0, "leecher")}`,
    );
  if (flags.announce !== undefined)
    parts.push(announced === 0 ? "no node has stored the announce" : `announced at ${count(announced, "node")}`);
  return parts.join("; ");
}

async function infoHashOf(runtime: Runtime, text: string): Promise<InfoHash> {
  const source = await readSource(runtime, text);
  if (source.kind === "torrent") {
    const { metainfo } = source;
    if (metainfo.isPrivate)
      throw new MillraceError("dht.private", `${text} is a private torrent: its peers are never in the DHT (BEP 27)`);
    return metainfo.id;
  }
  const infoHash = source.magnet.infoHash ?? source.magnet.infoHashV2;
  if (infoHash === undefined) throw new CommandLineError("the magnet link has no info-hash");
  return infoHash;
}
