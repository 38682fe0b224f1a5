import { z } from "zod";

const rate = z.int().positive().nullable();

/** A rule of the schedule: the rate limits for a part of the week. */
export const scheduleRule = z.object({
  /** The days on which the rule starts; 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).max(7),
  /**
   * The times at which the rule starts and ends, `HH:MM` in local time. If `to` is not after `from`, the rule ends on
   * the next day.
   */
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  maxDownloadRate: rate,
  maxUploadRate: rate,
});
/** A rule of the schedule: the rate limits for a part of the week. */
export type ScheduleRule = z.infer<typeof scheduleRule>;

/** The parts of the week in which the alternative rates apply. */
export const alternativeTimes = z.object({
  isEnabled: z.boolean(),
  /** The days on which the alternative rates start to apply; 0 is Sunday. */
  days: scheduleRule.shape.days,
  /**
   * The times at which the alternative rates begin and cease to apply, `HH:MM` in local time. If `to` is not after
   * `from`, they cease to apply on the next day.
   */
  from: scheduleRule.shape.from,
  to: scheduleRule.shape.to,
});
/** The parts of the week in which the alternative rates apply. */
export type AlternativeTimes = z.infer<typeof alternativeTimes>;

/** An absolute path of any operating system. A relative path would depend on the daemon's current folder. */
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, "write the whole path, from the root on");

/** Settings that can be changed while the daemon runs. Rates are in bytes a second; null: no limit. */
export const settings = z.object({
  /** The folder for downloads. */
  downloadDir: absolutePath,
  maxDownloadRate: rate,
  maxUploadRate: rate,
  /** The download rate limit in place of `maxDownloadRate` while `isAlternative` is true. */
  alternativeDownloadRate: rate,
  alternativeUploadRate: rate,
  isAlternative: z.boolean(),
  /**
   * The times at which the daemon sets `isAlternative` to true and back to false. The user can change `isAlternative`
   * at any other time.
   */
  alternativeTimes,
  /** Rules with rate limits by time. The first rule that covers the present time replaces the other rate limits. */
  schedule: z.array(scheduleRule).max(50),
  maxConnections: z.int().min(1).max(65_000),
  maxPeers: z.int().min(1).max(10_000),
  uploadSlots: z.int().min(1).max(1_000),
  /** The maximum number of torrents that download at the same time; null: no limit. */
  maxActiveDownloads: z.int().positive().nullable(),
  /** The maximum number of torrents that seed at the same time; null: no limit. */
  maxActiveSeeds: z.int().positive().nullable(),
  seedRatio: z.number().nonnegative().nullable(),
  seedSeconds: z.int().nonnegative().nullable(),
  /**
   * The number of seconds without a transfer after which a torrent stops seeding; null: it never stops for this reason.
   */
  seedIdleSeconds: z.int().positive().nullable(),
  /**
   * The number of seconds without a transfer after which a download does not count as active in the queue; null: it
   * always counts.
   */
  stalledSeconds: z.int().positive().nullable(),
  /** The folder for incomplete downloads. Empty: an incomplete download is in its final folder. */
  incompleteDir: z.union([z.literal(""), absolutePath]),
  /** The folder for the torrents of each label, by label. */
  labels: z.record(z.string().min(1).max(100), z.string().max(4096)),
  /** The folder that the daemon watches and whose torrent files it adds; empty: none. */
  watchDir: z.union([z.literal(""), absolutePath]),
  startAdded: z.boolean(),
  /** Whether the daemon uses uTP (BEP 29) beside TCP. */
  utp: z.boolean(),
  /** Whether the peer port is mapped at the router by PCP, NAT-PMP or UPnP. */
  portMapping: z.boolean(),
  /** Whether the daemon takes part in the DHT (BEP 5), and finds peers there. */
  dht: z.boolean(),
  /** Whether peers exchange the addresses of other peers (BEP 11). */
  pex: z.boolean(),
  /** Whether the daemon finds peers in the local network, and announces torrents there (BEP 14). */
  lsd: z.boolean(),
  /**
   * How connections to peers are encrypted: never; when the peer requires it; when the peer can, and with plaintext
   * after the handshake where the peer allows it; or always, with RC4.
   */
  encryption: z.enum(["disabled", "allowed", "preferred", "required"]),
  /**
   * A file with ranges of IP addresses (PeerGuardian, DAT, CIDR, also as gzip): peers in them are blocked. Empty: none.
   */
  ipFilter: z.union([z.literal(""), absolutePath]),
});
/** All settings. */
export type Settings = z.infer<typeof settings>;

/**
 * The average total transfer rates of an interval, in bytes a second. `at` is the start of the interval, in
 * milliseconds since 1970.
 */
export const rateSample = z.object({ at: z.int(), down: z.number(), up: z.number() });
/** The average total transfer rates of an interval. */
export type RateSample = z.infer<typeof rateSample>;

/** The response of `GET /statistics`. Sizes are in bytes, rates in bytes a second. */
export const statistics = z.object({
  startedAt: z.int(),
  /** The number of bytes transferred since the first run of the daemon. */
  downloaded: z.int(),
  uploaded: z.int(),
  /** The number of bytes transferred since the daemon was started. */
  sessionDownloaded: z.int(),
  sessionUploaded: z.int(),
  torrents: z.int(),
  /** The number of torrents in each state, by the name of the state. */
  states: z.record(z.string(), z.int()),
  connections: z.int(),
  downRate: z.number(),
  upRate: z.number(),
  freeBytes: z.int().nullable(),
  /** The mapping of the peer port at the router; null while no port is to be mapped. */
  portMapping: z
    .object({
      state: z.enum(["mapping", "mapped", "failed"]),
      /** The protocol with which the router was asked; null unless the port is mapped. */
      method: z.enum(["pcp", "nat-pmp", "upnp"]).nullable(),
      /** The external IPv4 address that the router reports; null when it is not known. */
      externalIp: z.string().nullable(),
      /** The external ports; null unless the port is mapped. `udp` is null, too, when the router maps no UDP port. */
      tcp: z.int().nullable(),
      udp: z.int().nullable(),
      /** The reason why the port could not be mapped; null otherwise. */
      reason: z.string().nullable(),
    })
    .nullable(),
  /** The network interface or address that all traffic uses; null: the system chooses for each connection. */
  binding: z
    .object({
      /** The name of the interface, or the address, as the daemon's configuration has it. */
      bind: z.string(),
      /** The local addresses in use; empty while the interface is down, so that nothing is sent. */
      ips: z.array(z.string()),
    })
    .nullable(),
  /** The IP filter; null without one. */
  ipFilter: z
    .object({
      /** The number of blocked ranges, and of lines in the file that are no range. */
      ranges: z.int(),
      ignoredLines: z.int(),
      /** The number of connections that the filter has prevented or closed since the start. */
      blocked: z.int(),
      /** The time at which the file was last read, in milliseconds since 1970; null: never, so that all is blocked. */
      loadedAt: z.int().nullable(),
      /** The reason why the file could not be read at the last attempt; null: it was read. */
      error: z.string().nullable(),
    })
    .nullable(),
  /** The resident memory of the daemon's process in bytes. */
  memory: z.int(),
});
/** Statistics of the daemon. */
export type Statistics = z.infer<typeof statistics>;

/** The response of `GET /dht`: the state of the daemon's DHT nodes, one for each IP version. */
export const dhtInfo = z.object({
  isEnabled: z.boolean(),
  /** The number of nodes in the routing tables of both IP versions. */
  nodes: z.int(),
  families: z.array(
    z.object({
      family: z.union([z.literal(4), z.literal(6)]),
      /** The node id, as 40 hexadecimal digits. */
      id: z.string(),
      nodes: z.int(),
      /**
       * The number of queries received since the start. `limited` is the number of those that got no reply because
       * there were too many.
       */
      queries: z.int(),
      limited: z.int(),
      /** The number of replies received since the start. */
      replies: z.int(),
      /**
       * Whether the node is read-only (BEP 43): it does not reply to queries, because it has just started, or because
       * other nodes cannot reach it.
       */
      isReadOnly: z.boolean(),
      /** The daemon's IP address as other nodes see it; null while it is not known. */
      externalIp: z.string().nullable(),
    }),
  ),
  /** The numbers of torrents, peers and items that other nodes have stored at the daemon's nodes. */
  storedTorrents: z.int(),
  storedPeers: z.int(),
  storedItems: z.int(),
});
/** The state of the daemon's DHT nodes. */
export type DhtInfo = z.infer<typeof dhtInfo>;

/** The response of `GET /lsd`: what local service discovery (BEP 14) has done since the start. */
export const lsdInfo = z.object({
  isEnabled: z.boolean(),
  /** The names of the network interfaces in use. */
  interfaces: z.array(z.string()),
  /** The number of messages sent, at all interfaces. */
  sent: z.int(),
  /** The number of messages received from other clients and read. */
  received: z.int(),
  /** The number of messages that were not read, because too many had arrived. */
  limited: z.int(),
  /** The number of received datagrams that were not valid messages. */
  malformed: z.int(),
  /** The number of addresses of peers passed to torrents, repeated ones included. */
  found: z.int(),
});
/** The numbers of messages and peers that local service discovery has counted. */
export type LsdInfo = z.infer<typeof lsdInfo>;

/**
 * The response of `GET /statistics/history`: the rates of the last hour in steps of 10 seconds, and those of the last
 * 30 days in steps of an hour.
 */
export const history = z.object({ recent: z.array(rateSample), hours: z.array(rateSample) });
/** The rates of the last hour and of the last 30 days. */
export type History = z.infer<typeof history>;

/** A line of the daemon's log. */
export const logLine = z.object({
  id: z.int(),
  at: z.int(),
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string(),
  torrent: z.string().nullable(),
});
/** A line of the daemon's log. */
export type LogLine = z.infer<typeof logLine>;

/** The response of `GET /session`: version, port, rate limits in force, and free disk space. */
export const sessionInfo = z.object({
  version: z.string(),
  peerId: z.string(),
  /** The port at which peers can connect to the daemon. */
  peerPort: z.int(),
  /** Whether the port can be reached from the Internet: a peer with a public address has connected since the start. */
  isReachable: z.boolean(),
  /** Whether peers exchange the addresses of other peers (BEP 11). */
  isPexEnabled: z.boolean(),
  downloadDir: z.string(),
  freeBytes: z.int().nullable(),
  now: z.int(),
  /** The rate limits in force, from the settings, the schedule or the alternative rates. */
  maxDownloadRate: rate,
  maxUploadRate: rate,
});
/** The daemon's version, port, rate limits in force, and free disk space. */
export type SessionInfo = z.infer<typeof sessionInfo>;
