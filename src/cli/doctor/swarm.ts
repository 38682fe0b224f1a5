import { Deferred, whenAborted } from "../../base/index.ts";
import { Client, type ClientOptions, type PeerStatus, type Torrent, type TorrentSource } from "../../client/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { ok, problem, unknown, warning, type Finding } from "./finding.ts";

/** Milliseconds between two looks at the peers. */
const LOOK_MS = 200;

/** Options of {@link checkSwarm}. */
export interface SwarmCheckOptions {
  readonly runtime: Runtime;
  readonly source: TorrentSource;
  readonly client: Omit<ClientOptions, "runtime">;
  readonly peers: readonly string[];
  /** The time, in milliseconds, for which the check takes part in the swarm. */
  readonly durationMs: number;
}

/** What was seen of the peers while the check took part in the swarm. */
interface Seen {
  readonly peers: Map<string, PeerStatus>;
  best: number;
}

/**
 * Takes part in the swarm of a torrent for a while, with the data in memory: whether peers connect to this client, how
 * connections are encrypted, and what limits the download.
 */
export async function checkSwarm(options: SwarmCheckOptions, signal: AbortSignal): Promise<Finding[]> {
  const { runtime, source, peers, durationMs } = options;
  const client = new Client({ ...options.client, runtime });
  const seen: Seen = { peers: new Map(), best: 0 };
  try {
    const torrent = await client.add(source, { storage: "memory", peers, signal });
    const look = (): void => {
      seen.best = Math.max(seen.best, torrent.status().downRate);
      for (const peer of torrent.peers()) seen.peers.set(`${peer.direction} ${peer.ip}:${peer.port}`, peer);
    };
    await wait(runtime, torrent, { durationMs, look, signal });
    return [...reached(seen, client.port), ...encrypted(seen), ...limited(torrent, seen)];
  } finally {
    await client.close();
  }
}

/** Calls `look` until the time is over or the torrent fails. Rejects when the signal is aborted. */
async function wait(
  { clock }: Pick<Runtime, "clock">,
  torrent: Torrent,
  { durationMs, look, signal }: { durationMs: number; look: () => void; signal: AbortSignal },
): Promise<void> {
  const isOver = new Deferred();
  const onState = (): void => {
    look();
    if (torrent.state.kind === "failed") isOver.resolve();
  };
  const timers = [clock.every(LOOK_MS, look), clock.after(durationMs, () => isOver.resolve())];
  torrent.on("state", onState);
  try {
    await Promise.race([isOver.promise, whenAborted(signal)]);
    signal.throwIfAborted();
  } finally {
    torrent.off("state", onState);
    for (const timer of timers) timer.cancel();
  }
}

function reached({ peers }: Seen, port: number): Finding[] {
  const all = [...peers.values()];
  if (all.length === 0) return [];
  const incoming = all.filter(({ direction }) => direction === "incoming");
  if (incoming.length > 0) return [ok(`${count(incoming.length, "peer")} connected to this client`)];
  if (port === 0) return [unknown("peers cannot connect to this client: it does not listen")];
  return [
    warning(
      `no peer has connected to this client; it connected to ${count(all.length, "peer")}`,
      `forward TCP and UDP port ${port} at your router to this machine, and allow it in the firewall; a few seconds may also be too short`,
    ),
  ];
}

function encrypted({ peers }: Seen): Finding[] {
  const all = [...peers.values()];
  if (all.length === 0) return [];
  const number = (isSo: (peer: PeerStatus) => boolean): number => all.filter(isSo).length;
  return [
    ok(
      `${number(({ isEncrypted }) => isEncrypted)} of ${count(all.length, "connection")} encrypted, ${number(({ transport }) => transport === "utp")} over uTP`,
    ),
  ];
}

function limited(torrent: Torrent, { best, peers }: Seen): Finding[] {
  const found = torrent.bottleneck();
  if (found === undefined) return [ok("the torrent is complete")];
  const text = `${clean(torrent.name)}: ${clean(found.message)}`;
  if (peers.size > 0 && best > 0 && found.kind === "peers") return [ok(text)];
  return found.advice === undefined ? [unknown(text)] : [problem(text, found.advice)];
}
