import type { Settings } from "../../api/index.ts";
import { InputError } from "../../base/index.ts";
import type { Arguments } from "./arguments.ts";
import { minuteOf } from "../session/settings/schedule.ts";
import { daysOf, maskOf, timeOf } from "./alternative-times.ts";
import type { JsonObject } from "./names.ts";

/** The number of bytes in a kilobyte of Transmission's rates. */
const KB = 1000;

/** The fields of `session_get` that are not settings, with their values. */
export interface Facts {
  readonly peerPort: number;
  readonly freeBytes: number | null;
  readonly version: string;
}

type Changes = { -readonly [Key in keyof Settings]?: Settings[Key] };

/**
 * A setting that Transmission represents as a number and a switch. In Millrace it is one setting, which is `null` when
 * the switch is off.
 */
interface Switched {
  readonly value: string;
  readonly flag: string;
  readonly setting:
    | "maxDownloadRate"
    | "maxUploadRate"
    | "maxActiveDownloads"
    | "maxActiveSeeds"
    | "seedRatio"
    | "seedIdleSeconds"
    | "stalledSeconds";
  /** The number by which Transmission's value is multiplied to get Millrace's. */
  readonly scale: number;
  /** The minimum value of Millrace's setting. */
  readonly min: number;
  /** The number that clients get for a setting that has been off since the start: Transmission's default. */
  readonly otherwise: number;
}

const SWITCHED: readonly Switched[] = [
  {
    value: "speed_limit_down",
    flag: "speed_limit_down_enabled",
    setting: "maxDownloadRate",
    scale: KB,
    min: 1,
    otherwise: 100,
  },
  {
    value: "speed_limit_up",
    flag: "speed_limit_up_enabled",
    setting: "maxUploadRate",
    scale: KB,
    min: 1,
    otherwise: 100,
  },
  {
    value: "download_queue_size",
    flag: "download_queue_enabled",
    setting: "maxActiveDownloads",
    scale: 1,
    min: 1,
    otherwise: 5,
  },
  { value: "seed_queue_size", flag: "seed_queue_enabled", setting: "maxActiveSeeds", scale: 1, min: 1, otherwise: 10 },
  { value: "seed_ratio_limit", flag: "seed_ratio_limited", setting: "seedRatio", scale: 1, min: 0, otherwise: 2 },
  {
    value: "idle_seeding_limit",
    flag: "idle_seeding_limit_enabled",
    setting: "seedIdleSeconds",
    scale: 60,
    min: 1,
    otherwise: 30,
  },
  {
    value: "queue_stalled_minutes",
    flag: "queue_stalled_enabled",
    setting: "stalledSeconds",
    scale: 60,
    min: 1,
    otherwise: 30,
  },
];

/** Settings that `session_set` supports in addition to {@link SWITCHED}. */
const OTHERS: ReadonlySet<string> = new Set([
  "alt_speed_down",
  "alt_speed_up",
  "alt_speed_enabled",
  "alt_speed_time_begin",
  "alt_speed_time_day",
  "alt_speed_time_enabled",
  "alt_speed_time_end",
  "dht_enabled",
  "download_dir",
  "encryption",
  "incomplete_dir",
  "incomplete_dir_enabled",
  "lpd_enabled",
  "peer_limit_global",
  "peer_limit_per_torrent",
  "pex_enabled",
  "start_added_torrents",
]);
const HONOURED: ReadonlySet<string> = new Set([...OTHERS, ...SWITCHED.flatMap(({ value, flag }) => [value, flag])]);

/**
 * Names of the fields of `session_get` that are not settings. `session_set` accepts them, because clients send back
 * all fields.
 */
const FACTS: ReadonlySet<string> = new Set([
  "blocklist_size",
  "config_dir",
  "download_dir_free_space",
  "rpc_version",
  "rpc_version_minimum",
  "rpc_version_semver",
  "session_id",
  "units",
  "version",
]);

/** The reasons why settings of Transmission cannot be changed here, by the name of the setting. */
const REASONS: Readonly<Record<string, string>> = {
  peer_port: "set peer-port in the configuration and start the daemon again",
  script_torrent_done_enabled: "a program to run can be set in the configuration file only (on-complete)",
  script_torrent_done_filename: "a program to run can be set in the configuration file only (on-complete)",
};

/** The settings that Transmission calls `tolerated`. */
const TOLERANT: readonly Settings["encryption"][] = ["disabled", "allowed"];

/**
 * Returns the setting for Transmission's `encryption`. `tolerated` is `allowed`; it also stands for `disabled`, which
 * Transmission does not have: a client that sends back the whole form does not change that. Throws InputError
 * `rpc.argument` for another text.
 */
function encryptionOf(text: string | undefined, now: Settings["encryption"]): Settings["encryption"] | undefined {
  if (text === undefined || text === "preferred" || text === "required") return text;
  if (text === "tolerated") return now === "disabled" ? now : "allowed";
  throw new InputError("rpc.argument", "encryption must be tolerated, preferred or required");
}

/**
 * Converts the session's settings to and from Transmission's settings. It keeps the number of a setting that is
 * switched off, because Millrace's settings do not contain it.
 */
export class SettingsForm {
  readonly #options: { readonly version: string; readonly sessionId: string; readonly stateDir: string };
  /** The numbers that Transmission clients get for the settings that are off, by name. */
  readonly #kept = new Map<string, number>(SWITCHED.map(({ value, otherwise }) => [value, otherwise]));
  #keptFolder = "";

  constructor(options: { readonly version: string; readonly sessionId: string; readonly stateDir: string }) {
    this.#options = options;
  }

  /**
   * Returns the changes that a `session_set` call makes to Millrace's settings. `now` is the current settings. Throws
   * InputError `rpc.unsupported` for a setting that is not supported, and `rpc.argument` for an invalid value.
   */
  changes(args: Arguments, now: Settings, facts: Facts): Partial<Settings> {
    this.#refuseOthers(args, now, facts);
    const changes: Changes = {};
    for (const each of SWITCHED) {
      const changed = this.#switched(args, each, now[each.setting]);
      if (changed !== undefined) changes[each.setting] = changed;
    }
    const rate = (name: string): number | undefined => {
      const value = args.amount(name, KB);
      return value === undefined ? undefined : Math.max(1, value);
    };
    const [down, up, isAlternative] = [rate("alt_speed_down"), rate("alt_speed_up"), args.flag("alt_speed_enabled")];
    if (down !== undefined) changes.alternativeDownloadRate = down;
    if (up !== undefined) changes.alternativeUploadRate = up;
    if (isAlternative !== undefined) changes.isAlternative = isAlternative;
    const times = alternativeTimes(args, now);
    if (times !== undefined) changes.alternativeTimes = times;
    const folder = args.text("download_dir");
    if (folder !== undefined && folder !== "") changes.downloadDir = folder;
    const incomplete = this.#incompleteDir(args, now);
    if (incomplete !== undefined) changes.incompleteDir = incomplete;
    const [connections, peers, starts] = [
      args.number("peer_limit_global"),
      args.number("peer_limit_per_torrent"),
      args.flag("start_added_torrents"),
    ];
    if (connections !== undefined) changes.maxConnections = connections;
    if (peers !== undefined) changes.maxPeers = peers;
    if (starts !== undefined) changes.startAdded = starts;
    const [dht, pex, lsd] = [args.flag("dht_enabled"), args.flag("pex_enabled"), args.flag("lpd_enabled")];
    if (dht !== undefined) changes.dht = dht;
    if (pex !== undefined) changes.pex = pex;
    if (lsd !== undefined) changes.lsd = lsd;
    const encryption = encryptionOf(args.text("encryption"), now.encryption);
    if (encryption !== undefined) changes.encryption = encryption;
    const utp = args.flag("utp_enabled");
    if (utp !== undefined) changes.utp = utp;
    const portMapping = args.flag("port_forwarding_enabled");
    if (portMapping !== undefined) changes.portMapping = portMapping;
    return changes;
  }

  #switched(args: Arguments, { value, flag, scale, min }: Switched, current: number | null): number | null | undefined {
    args.amount(value, scale);
    const given = args.number(value);
    if (given !== undefined) this.#kept.set(value, given);
    else if (current !== null) this.#kept.set(value, current / scale);
    const isOn = args.flag(flag) ?? (given === undefined ? undefined : current !== null);
    if (isOn === undefined) return undefined;
    if (!isOn) return null;
    const converted = (this.#kept.get(value) ?? 0) * scale;
    return Math.max(min, value === "seed_ratio_limit" ? converted : Math.round(converted));
  }

  #incompleteDir(args: Arguments, now: Settings): string | undefined {
    const given = args.text("incomplete_dir");
    this.#keptFolder = given ?? (now.incompleteDir === "" ? this.#keptFolder : now.incompleteDir);
    const isOn = args.flag("incomplete_dir_enabled") ?? (given === undefined ? undefined : now.incompleteDir !== "");
    if (isOn === undefined) return undefined;
    if (isOn && this.#keptFolder === "")
      throw new InputError("rpc.argument", "incomplete_dir is missing: set the folder as well");
    return isOn ? this.#keptFolder : "";
  }

  /**
   * Throws when a call changes the value of an unsupported setting. The current value is accepted, because clients
   * send back all settings.
   */
  #refuseOthers(args: Arguments, now: Settings, facts: Facts): void {
    let shown: JsonObject | undefined;
    for (const name of args.names()) {
      if (HONOURED.has(name) || FACTS.has(name)) continue;
      shown ??= this.describe(now, facts);
      if (Object.hasOwn(shown, name) && isSame(args.raw(name), shown[name])) continue;
      throw new InputError("rpc.unsupported", `${name} cannot be changed: ${REASONS[name] ?? "it is not supported"}`);
    }
  }

  /** Returns all fields of `session_get`: the settings in Transmission's form, and `info`. */
  describe(settings: Settings, info: Facts): JsonObject {
    const switched: Record<string, number | boolean> = {};
    for (const { value, flag, setting, scale } of SWITCHED) {
      const current = settings[setting];
      switched[value] =
        current === null
          ? (this.#kept.get(value) ?? 0)
          : setting === "seedRatio"
            ? current
            : Math.round(current / scale);
      switched[flag] = current !== null;
    }
    const { alternativeTimes: times } = settings;
    return {
      ...switched,
      alt_speed_down: Math.round((settings.alternativeDownloadRate ?? 0) / KB),
      alt_speed_enabled: settings.isAlternative,
      alt_speed_time_begin: minuteOf(times.from),
      alt_speed_time_day: maskOf(times.days),
      alt_speed_time_enabled: times.isEnabled,
      alt_speed_time_end: minuteOf(times.to),
      alt_speed_up: Math.round((settings.alternativeUploadRate ?? 0) / KB),
      blocklist_enabled: settings.ipFilter !== "",
      blocklist_size: 0,
      blocklist_url: "",
      cache_size_mb: 64,
      config_dir: this.#options.stateDir,
      default_trackers: "",
      dht_enabled: settings.dht,
      download_dir: settings.downloadDir,
      download_dir_free_space: info.freeBytes ?? -1,
      encryption: TOLERANT.includes(settings.encryption) ? "tolerated" : settings.encryption,
      incomplete_dir: settings.incompleteDir === "" ? this.#keptFolder : settings.incompleteDir,
      incomplete_dir_enabled: settings.incompleteDir !== "",
      lpd_enabled: settings.lsd,
      peer_limit_global: settings.maxConnections,
      peer_limit_per_torrent: settings.maxPeers,
      peer_port: info.peerPort,
      peer_port_random_on_start: false,
      pex_enabled: settings.pex,
      port_forwarding_enabled: settings.portMapping,
      rename_partial_files: false,
      reqq: 2000,
      rpc_version: 18,
      rpc_version_minimum: 14,
      rpc_version_semver: "5.4.0",
      script_torrent_added_enabled: false,
      script_torrent_added_filename: "",
      script_torrent_done_enabled: false,
      script_torrent_done_filename: "",
      script_torrent_done_seeding_enabled: false,
      script_torrent_done_seeding_filename: "",
      session_id: this.#options.sessionId,
      start_added_torrents: settings.startAdded,
      tcp_enabled: true,
      trash_original_torrent_files: false,
      units: {
        speed_units: ["kB/s", "MB/s", "GB/s", "TB/s"],
        speed_bytes: KB,
        size_units: ["kB", "MB", "GB", "TB"],
        size_bytes: KB,
        memory_units: ["KiB", "MiB", "GiB", "TiB"],
        memory_bytes: 1024,
      },
      utp_enabled: settings.utp,
      version: `4.1.0 (Millrace ${this.#options.version})`,
    };
  }
}

/** Whether two values are equal. 0 and 1 count as false and true, because some clients send numbers. */
function isSame(given: unknown, shown: unknown): boolean {
  return JSON.stringify(given) === JSON.stringify(shown) || (typeof shown === "boolean" && given === Number(shown));
}

function alternativeTimes(
  args: Arguments,
  { alternativeTimes: now }: Settings,
): Settings["alternativeTimes"] | undefined {
  const [isEnabled, begin, end, day] = [
    args.flag("alt_speed_time_enabled"),
    args.number("alt_speed_time_begin"),
    args.number("alt_speed_time_end"),
    args.number("alt_speed_time_day"),
  ];
  if (isEnabled === undefined && begin === undefined && end === undefined && day === undefined) return undefined;
  return {
    isEnabled: isEnabled ?? now.isEnabled,
    days: day === undefined ? now.days : daysOf(day),
    from: begin === undefined ? now.from : timeOf("alt_speed_time_begin", begin),
    to: end === undefined ? now.to : timeOf("alt_speed_time_end", end),
  };
}
