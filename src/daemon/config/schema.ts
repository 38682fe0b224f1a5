import { z } from "zod";
import { parseHostPort, parseSize } from "../../base/index.ts";
import { alternativeTimes, scheduleRule, settings } from "../../api/index.ts";
import { DEFAULT_BOOTSTRAP } from "../../dht/index.ts";
import { parseBind, parseProxy } from "../../runtime/node/index.ts";

/**
 * A rate in bytes a second: a number, or a text such as `5MiB`. 0, an empty text, and `"unlimited"` mean no limit;
 * the parsed value is then `null`.
 */
const rate = z.union([z.number(), z.string(), z.null()]).transform((value, context): number | null => {
  if (value === null || value === 0 || value === "unlimited" || value === "") return null;
  try {
    const bytes = typeof value === "number" ? value : parseSize(value);
    if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  } catch {
    // See below.
  }
  context.addIssue({
    code: "custom",
    message: `not a rate: ${JSON.stringify(value)}; write 500000, 500KiB or "unlimited"`,
  });
  return z.NEVER;
});

/** A maximum number. 0 means no limit, and the parsed value is then `null`. */
const countOrAll = z.union([z.int().nonnegative(), z.null()]).transform((value) => (value === 0 ? null : value));

const unlimited = z.literal("unlimited").transform(() => null);

const endpoint = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/, "write HOST:PORT, as 127.0.0.1:9191 or [::1]:9191");

const node = z
  .string()
  .max(300)
  .refine(isHostPort, { message: "write HOST:PORT, for example router.bittorrent.com:6881" });

const proxyUrl = z
  .string()
  .max(1_000)
  .refine((text) => text === "" || isProxy(text), { message: "write socks5://HOST:PORT or http://HOST:PORT" });

function isProxy(text: string): boolean {
  return isParsed(() => parseProxy(text));
}

function isHostPort(text: string): boolean {
  return isParsed(() => parseHostPort(text)) && parseHostPort(text).port > 0;
}

function isParsed(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

const path = z.string().max(4096);

/**
 * All keys of the configuration. In the file, the words of a key are joined by hyphens (`download-dir`); in the
 * environment, by underscores, after `MILLRACE_` (`MILLRACE_DOWNLOAD_DIR`). The descriptions are printed in the
 * sample file and in the documentation.
 */
export const configSchema = z.strictObject({
  listen: endpoint
    .default("127.0.0.1:9191")
    .describe(
      "Where the page and the API are served. An address that is not a loopback address can be reached from the network; use a proxy with TLS for it.",
    ),
  allowedHosts: z
    .array(z.string().min(1).max(255))
    .max(100)
    .default([])
    .describe(
      "Host names under which the page may be opened, in addition to localhost and the address above, for example behind a proxy.",
    ),
  stateDir: path
    .default("")
    .describe("The folder for torrents, progress and the token's hash. Empty: the user's data folder."),
  peerPort: z.int().min(0).max(65_535).default(6881).describe("The port that peers connect to; 0 is any free port."),
  listenIp: z
    .string()
    .max(100)
    .default("")
    .describe("The IP address that peers connect to. Empty: all addresses of this machine."),
  bind: z
    .string()
    .max(256)
    .refine((text) => text === "" || isParsed(() => parseBind(text)), {
      message: "write the name of a network interface, such as tun0, or its IP address",
    })
    .default("")
    .describe(
      "The network interface that all traffic with peers, trackers and web servers uses, by name (tun0) or IP address. While it is down, nothing is sent or accepted. Names are looked up by the system, whose queries may use other interfaces. Empty: all.",
    ),
  utp: z
    .boolean()
    .default(true)
    .describe("Whether to use uTP beside TCP: connections over UDP that leave the line to other traffic."),
  portMapping: z
    .boolean()
    .default(true)
    .describe("Whether to map the peer port at the router by PCP, NAT-PMP or UPnP, so that peers can connect."),
  dht: z.boolean().default(true).describe("Whether to run a DHT node and find peers with it."),
  dhtBootstrap: z
    .array(node)
    .max(100)
    .default([...DEFAULT_BOOTSTRAP])
    .describe("The DHT nodes to query first, as HOST:PORT. Empty: only the nodes that an earlier run has stored."),
  pex: z.boolean().default(true).describe("Whether peers exchange the addresses of other peers."),
  lsd: z
    .boolean()
    .default(true)
    .describe("Whether to find peers in the local network by multicast, and to announce torrents there."),
  lsdInterfaces: z
    .array(z.string().min(1).max(100))
    .max(100)
    .default(["*"])
    .describe(
      'The network interfaces for peers in the local network, by name or address; "*" is all except the loopback interface. Empty: none.',
    ),
  encryption: z
    .enum(["disabled", "allowed", "preferred", "required"])
    .default("preferred")
    .describe(
      'How connections to peers are encrypted: "disabled"; "allowed" (plain connections, and encrypted ones to peers that accept no others); "preferred" (encrypted handshakes where the peer allows them, and plain connections otherwise); or "required" (all data encrypted, other peers refused).',
    ),
  proxy: proxyUrl
    .default("")
    .describe(
      "The proxy through which peers, trackers and web servers are reached, and which resolves their names: socks5://[USER:PASSWORD@]HOST:PORT or http://HOST:PORT. Empty: none.",
    ),
  proxyOnly: z
    .boolean()
    .default(false)
    .describe(
      "Whether nothing is sent to other hosts except through the proxy: peers cannot connect, there is no local discovery, and UDP (DHT, UDP trackers) works only if the proxy forwards it.",
    ),
  ipFilter: path
    .default("")
    .describe(
      "A file with ranges of IP addresses whose peers are blocked: PeerGuardian (P2P), eMule (DAT) or CIDR, also as gzip. It is read again when it changes. While it cannot be read, all peers are blocked. Empty: none.",
    ),
  logLevel: z
    .enum(["debug", "info", "warn", "error"])
    .default("info")
    .describe("The lowest level that is logged on stderr: as lines of JSON, or as text on a terminal."),
  allowPrivateAddresses: z
    .boolean()
    .default(false)
    .describe("Whether URLs of torrents and trackers may have addresses in private networks and of this machine."),
  followLinks: z
    .boolean()
    .default(false)
    .describe("Whether streams and new torrents may follow symbolic links that lead out of their folder."),
  onComplete: path
    .default("")
    .describe(
      "A program to run when a download is complete. The environment variables MILLRACE_ID, MILLRACE_NAME, MILLRACE_PATH and MILLRACE_LABEL describe the download. Can be set in this file only.",
    ),
  downloadDir: path.min(1).default("~/Downloads").describe("The folder for downloads."),
  maxDownloadRate: rate.default(null).describe('Bytes a second over all torrents: 5000000, "5MiB" or "unlimited".'),
  maxUploadRate: rate.default(null).describe("The limit for uploads, in the same form."),
  alternativeDownloadRate: rate
    .default(50_000)
    .describe("The download limit that replaces max-download-rate while the alternative rates are switched on."),
  alternativeUploadRate: rate.default(50_000).describe("The limit for uploads, in the same form."),
  isAlternative: z.boolean().default(false).describe("Whether the alternative rates are switched on."),
  alternativeTimes: alternativeTimes
    .extend({
      isEnabled: z.boolean().default(false),
      days: alternativeTimes.shape.days.default([0, 1, 2, 3, 4, 5, 6]),
      from: alternativeTimes.shape.from.default("09:00"),
      to: alternativeTimes.shape.to.default("17:00"),
    })
    .prefault({})
    .describe("The times at which the alternative rates are switched on and off automatically. Days: 0 is Sunday."),
  maxConnections: settings.shape.maxConnections
    .default(500)
    .describe("The maximum number of connections to peers, for all torrents together."),
  maxPeers: settings.shape.maxPeers.default(100).describe("The maximum number of connections to peers of one torrent."),
  uploadSlots: settings.shape.uploadSlots
    .default(20)
    .describe("The maximum number of peers of one torrent that are sent data at the same time."),
  maxActiveDownloads: countOrAll
    .default(null)
    .describe(
      "The maximum number of torrents that download at the same time; further ones wait in the queue. 0: no limit.",
    ),
  maxActiveSeeds: countOrAll
    .default(null)
    .describe("The maximum number of torrents that seed at the same time. 0: no limit."),
  seedRatio: z
    .union([z.number().nonnegative(), unlimited, z.null()])
    .default(null)
    .describe('Seeding ends at this ratio of uploaded to downloaded; or "unlimited".'),
  seedSeconds: z
    .union([z.int().nonnegative(), unlimited, z.null()])
    .default(null)
    .describe('Seeding ends after so many seconds; or "unlimited".'),
  seedIdleSeconds: z
    .union([z.int().positive(), unlimited, z.null()])
    .default(null)
    .describe('Seeding ends after so many seconds without a transfer; or "unlimited".'),
  stalledSeconds: z
    .union([z.int().positive(), unlimited, z.null()])
    .default(null)
    .describe('A download without a transfer for so many seconds takes no place in the queue; or "unlimited".'),
  incompleteDir: path
    .default("")
    .describe("The folder for incomplete downloads. Empty: they are in the folder of the complete download."),
  watchDir: path.default("").describe("A folder whose torrent files are added automatically. Empty: none."),
  startAdded: z.boolean().default(true).describe("Whether torrents start when they are added."),
  labels: settings.shape.labels.default({}).describe("The labels, and the folder for the downloads with each label."),
  schedule: z
    .array(
      scheduleRule.extend({
        days: scheduleRule.shape.days.default([0, 1, 2, 3, 4, 5, 6]),
        maxDownloadRate: rate.default(null),
        maxUploadRate: rate.default(null),
      }),
    )
    .max(50)
    .default([])
    .describe("Times of the week in which other rate limits apply. Days: 0 is Sunday."),
});

/** A configuration, with all defaults filled in. */
export type Config = z.infer<typeof configSchema>;
/** The name of a configuration key in camel case. */
export type ConfigKey = keyof Config;

/**
 * The keys that can be set in the file only. A person who controls flags or environment variables could otherwise make
 * the daemon run programs.
 */
export const FILE_ONLY: ReadonlySet<ConfigKey> = new Set(["onComplete", "labels", "schedule", "alternativeTimes"]);

/** All keys, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = configSchema.keyof().options;

/** Converts the name of a key from `downloadDir` to `download-dir`. */
export function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Converts the name of a key from `download-dir` to `downloadDir`. */
export function camel(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns the environment variable of a key: `MILLRACE_DOWNLOAD_DIR` for `downloadDir`. */
export function variable(key: string): string {
  return `MILLRACE_${kebab(key).replaceAll("-", "_").toUpperCase()}`;
}
