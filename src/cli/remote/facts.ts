import type { DhtInfo, LsdInfo, SessionInfo, Settings, Statistics, TorrentDetail } from "../../api/index.ts";
import {
  clean,
  count,
  formatDate,
  formatDuration,
  formatPercent,
  formatRate,
  formatSize,
  groupDigits,
} from "../../terminal/index.ts";
import type { Field } from "../input/fields.ts";

/** Functions that format objects of the API as lists of fields. Values are escaped for a terminal. */

const yesNo = (is: boolean): string => (is ? "yes" : "no");
const given = (text: string): string | undefined => (text === "" ? undefined : clean(text));
const date = (at: number | null): string | undefined => (at === null ? undefined : formatDate(new Date(at)));
const limit = (rate: number | null): string => (rate === null ? "no limit" : formatRate(rate));

/** Returns the ways to find peers that a torrent may not use; `undefined`: it may use all. */
function notUsed({ dht, pex, lsd }: TorrentDetail["discovery"]): string | undefined {
  const off = [...(dht ? [] : ["DHT"]), ...(pex ? [] : ["peer exchange"]), ...(lsd ? [] : ["local discovery"])];
  return off.length === 0 ? undefined : off.join(", ");
}

function webSeedText({ url, state, downloaded, rate, error }: TorrentDetail["webSeeds"][number]): string {
  const reason = error === null ? "" : `: ${error.message}`;
  return `${clean(url)}: ${state}, ${formatSize(downloaded)}, ${formatRate(rate)}${clean(reason)}`;
}

/** Returns the fields of `remote show`. `noPeers` are the reason why there are no peers. */
export function torrentFields(torrent: TorrentDetail, noPeers?: string): Field[] {
  const { limits, eta } = torrent;
  const ends = [
    ...(limits.seedRatio === null ? [] : [`at ratio ${limits.seedRatio}`]),
    ...(limits.seedSeconds === null ? [] : [`after ${formatDuration(limits.seedSeconds)}`]),
    ...(limits.seedIdleSeconds === null ? [] : [`after ${formatDuration(limits.seedIdleSeconds)} without a transfer`]),
  ];
  return [
    ["id", torrent.id],
    ["state", torrent.state],
    ["error", torrent.error === null ? undefined : clean(`${torrent.error.message} (${torrent.error.code})`)],
    [
      "tracker",
      torrent.trackerProblem === null
        ? undefined
        : clean(`${torrent.trackerProblem.level === "error" ? "refuses" : "warns"}: ${torrent.trackerProblem.message}`),
    ],
    [
      "metadata",
      torrent.state === "fetching-metadata" ? `${formatPercent(torrent.metadataProgress)} received` : undefined,
    ],
    [
      "done",
      `${formatPercent(torrent.progress)}, ${formatSize(torrent.done)} of ${formatSize(torrent.wanted)}${torrent.wanted < torrent.size ? ` (all files: ${formatSize(torrent.size)})` : ""}`,
    ],
    ["eta", eta === null || torrent.progress === 1 ? undefined : formatDuration(eta)],
    [
      "down",
      `${formatRate(torrent.downRate)}, ${formatSize(torrent.downloaded)} in all${torrent.wasted > 0 ? `, ${formatSize(torrent.wasted)} discarded` : ""}; ${limit(limits.maxDownloadRate)}`,
    ],
    [
      "up",
      `${formatRate(torrent.upRate)}, ${formatSize(torrent.uploaded)} in all, ratio ${torrent.ratio.toFixed(2)}; ${limit(limits.maxUploadRate)}`,
    ],
    ["seeding ends", ends],
    [
      "peers",
      `${count(torrent.peers, "peer")}, ${count(torrent.seeds, "seed")}, ${torrent.knownPeers} more known; availability ${torrent.availability.toFixed(2)}`,
    ],
    ["no peers", noPeers],
    ["slow because", bottleneckText(torrent)],
    ["folder", clean(torrent.folder)],
    ["moved to", torrent.destination === null ? undefined : `${clean(torrent.destination)}, when it is complete`],
    ["labels", torrent.labels.map(clean)],
    ["peer limit", limits.maxPeers === null ? undefined : groupDigits(limits.maxPeers)],
    ["files", groupDigits(torrent.fileCount)],
    ["pieces", `${groupDigits(torrent.pieceCount)} of ${formatSize(torrent.pieceLength)}`],
    ["in order", yesNo(torrent.sequential)],
    ["private", yesNo(torrent.private)],
    ["not used", torrent.private ? undefined : notUsed(torrent.discovery)],
    ["queue", String(torrent.queue + 1)],
    ["trackers", torrent.trackers.map(clean)],
    ["web seeds", torrent.webSeeds.map(webSeedText)],
    ["comment", given(torrent.comment)],
    ["created by", given(torrent.createdBy)],
    ["created on", date(torrent.createdAt)],
    ["added", date(torrent.addedAt)],
    ["started", date(torrent.startedAt)],
    ["last active", date(torrent.activeAt)],
    ["seeded for", torrent.seedingSeconds === 0 ? undefined : formatDuration(torrent.seedingSeconds)],
    ["finished", date(torrent.finishedAt)],
    ["info-hash v2", torrent.infoHashes.v2 ?? undefined],
    ["magnet", clean(torrent.magnet)],
  ];
}

function mappingText(mapping: Statistics["portMapping"], isOn: boolean): string {
  if (mapping === null)
    return isOn
      ? "not mapped at the router: other hosts cannot connect to this port"
      : "off: `millrace remote settings portMapping=true` turns it on";
  const { state, method, externalIp, tcp, reason } = mapping;
  if (state === "mapping") return "the router is being asked";
  if (state === "failed") return `not mapped at the router: ${clean(reason ?? "")}`;
  return `${externalIp === null ? "" : `${clean(externalIp)}:`}${tcp ?? ""} at the router, by ${method === "upnp" ? "UPnP" : (method ?? "").toUpperCase()}`;
}

function bindingText(binding: Statistics["binding"]): string | undefined {
  if (binding === null) return undefined;
  const { bind, ips } = binding;
  return ips.length === 0 ? `${clean(bind)} is down: nothing is sent` : `${clean(bind)}: ${ips.map(clean).join(", ")}`;
}

function filterText(filter: Statistics["ipFilter"]): string | undefined {
  if (filter === null) return undefined;
  const { ranges, ignoredLines, blocked, loadedAt, error } = filter;
  const parts = [count(ranges, "range"), `${count(blocked, "connection")} blocked`];
  if (ignoredLines > 0) parts.push(`${count(ignoredLines, "line")} ignored`);
  if (error !== null) parts.push(`${loadedAt === null ? "all peers blocked" : "not read again"}: ${clean(error)}`);
  return parts.join(", ");
}

/** Returns the reason why a download is not faster; not that it has no peers, which has a field of its own. */
function bottleneckText({ bottleneck, peers }: TorrentDetail): string | undefined {
  if (bottleneck === null || (peers === 0 && (bottleneck.kind === "no-peers" || bottleneck.kind === "trackers")))
    return undefined;
  return [bottleneck.message, bottleneck.advice].flatMap((text) => (text === null ? [] : clean(text))).join("; ");
}

/** Returns the fields of `remote stats`. */
export function statisticsFields(
  figures: Statistics,
  session: SessionInfo,
  { portMapping }: Pick<Settings, "portMapping">,
): Field[] {
  const states = Object.entries(figures.states).filter(([, number]) => number > 0);
  return [
    ["version", clean(session.version)],
    ["since", date(figures.startedAt)],
    [
      "torrents",
      [
        groupDigits(figures.torrents),
        ...states.map(([state, number]) => `${groupDigits(number)} ${clean(state)}`),
      ].join(", "),
    ],
    ["connections", groupDigits(figures.connections)],
    [
      "down",
      `${formatRate(figures.downRate)}, ${formatSize(figures.sessionDownloaded)} since the start, ${formatSize(figures.downloaded)} in all; ${limit(session.maxDownloadRate)}`,
    ],
    [
      "up",
      `${formatRate(figures.upRate)}, ${formatSize(figures.sessionUploaded)} since the start, ${formatSize(figures.uploaded)} in all; ${limit(session.maxUploadRate)}`,
    ],
    [
      "peer port",
      `${session.peerPort}, ${session.isReachable ? "reached from outside" : "not yet reached from outside"}`,
    ],
    ["port mapping", mappingText(figures.portMapping, portMapping)],
    ["interface", bindingText(figures.binding)],
    ["ip filter", filterText(figures.ipFilter)],
    ["downloads", clean(session.downloadDir)],
    ["free", figures.freeBytes === null ? undefined : formatSize(figures.freeBytes)],
    ["memory", formatSize(figures.memory)],
  ];
}

/** Returns settings as `KEY`, `VALUE` pairs that `remote settings KEY=VALUE` can read. */
export function settingsFields(settings: Partial<Settings>): Field[] {
  return Object.entries(settings).map(([name, value]) => [
    name,
    value === null ? "none" : clean(typeof value === "string" ? value : JSON.stringify(value)),
  ]);
}

/** Returns the fields of `remote lsd`: what local discovery has done. */
export function lsdFields({ isEnabled, interfaces, sent, received, found }: LsdInfo): Field[] {
  if (!isEnabled) return [["local discovery", "off: `millrace remote settings lsd=true` turns it on"]];
  return [
    ["interfaces", interfaces.length === 0 ? "none" : clean(interfaces.join(", "))],
    ["messages", `${groupDigits(sent)} sent, ${groupDigits(received)} received`],
    ["found", count(found, "peer")],
  ];
}

/** Returns the fields of `remote dht`: the state of the daemon's DHT nodes. */
export function dhtFields({ isEnabled, families, storedTorrents, storedPeers, storedItems }: DhtInfo): Field[] {
  if (!isEnabled) return [["dht", "off: `millrace remote settings dht=true` turns it on"]];
  return [
    ...families.map(({ family, id, nodes, queries, replies, isReadOnly, externalIp }): Field => [
      `IPv${family}`,
      [
        `${count(nodes, "node")}, ${count(queries, "query", "queries")} received, ${count(replies, "reply", "replies")} received`,
        `${isReadOnly ? "read-only: it has just started, or other nodes do not reach it" : "other nodes can query it"}${externalIp === null ? "" : `; seen as ${clean(externalIp)}`}`,
        `id ${clean(id)}`,
      ],
    ]),
    [
      "stored",
      `${count(storedTorrents, "torrent")} with ${count(storedPeers, "peer")}, ${count(storedItems, "item")} of other nodes`,
    ],
  ];
}
