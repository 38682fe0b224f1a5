import type { Settings } from "../../api/index.ts";
import { parseBoolean } from "../../base/index.ts";
import { rateArgument } from "../input/arguments.ts";
import { CommandLineError, parseArgument } from "../output/problem.ts";

type Reader<Value> = (text: string, name: string) => Value;

const asText: Reader<string> = (text) => text;
const asNumber: Reader<number> = (text, name) => {
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(text))
    throw new CommandLineError(`${name} must be a number: got ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
};
const asEncryption: Reader<Settings["encryption"]> = (text, name) => {
  if (text === "disabled" || text === "allowed" || text === "preferred" || text === "required") return text;
  throw new CommandLineError(
    `${name} must be disabled, allowed, preferred or required: got ${JSON.stringify(text.slice(0, 40))}`,
  );
};
const asBoolean: Reader<boolean> = (text, name) => {
  return parseArgument(name, () => parseBoolean(text));
};

/** Returns a function that parses a setting given as JSON. The daemon checks the structure of the value. */
function asJson<Key extends "labels" | "schedule" | "alternativeTimes">(key: Key): Reader<Settings[Key]> {
  const json: { parse(text: string): Settings[Key] } = JSON;
  return (text) => {
    try {
      return json.parse(text);
    } catch (error) {
      throw new CommandLineError(`${key} must be JSON: got ${JSON.stringify(text.slice(0, 40))}`, { cause: error });
    }
  };
}

function orNone<Value>(read: Reader<Value>): Reader<Value | null> {
  return (text, name) => (text === "none" ? null : read(text, name));
}

const asRate: Reader<number> = (text, name) => rateArgument(name, "none means no limit")(text);

/**
 * A number, or `none` for no limit. The value `null`, which the daemon uses for no limit, cannot be used here:
 * commander treats `null` as an option without a value.
 */
export type OrNone = number | "none";

/** Parses a rate with its unit, or `none` for no limit. */
export function rateOrNone(option: string): (text: string) => OrNone {
  return (text) => orNone(asRate)(text, option) ?? "none";
}

/** Parses a number, or `none`. */
export function numberOrNone(option: string): (text: string) => OrNone {
  return (text) => orNone(asNumber)(text, option) ?? "none";
}

const READERS: { readonly [Key in keyof Settings]: Reader<Settings[Key]> } = {
  downloadDir: asText,
  maxDownloadRate: orNone(asRate),
  maxUploadRate: orNone(asRate),
  alternativeDownloadRate: orNone(asRate),
  alternativeUploadRate: orNone(asRate),
  isAlternative: asBoolean,
  alternativeTimes: asJson("alternativeTimes"),
  schedule: asJson("schedule"),
  maxConnections: asNumber,
  maxPeers: asNumber,
  uploadSlots: asNumber,
  maxActiveDownloads: orNone(asNumber),
  maxActiveSeeds: orNone(asNumber),
  seedRatio: orNone(asNumber),
  seedSeconds: orNone(asNumber),
  seedIdleSeconds: orNone(asNumber),
  stalledSeconds: orNone(asNumber),
  incompleteDir: asText,
  labels: asJson("labels"),
  watchDir: asText,
  startAdded: asBoolean,
  utp: asBoolean,
  portMapping: asBoolean,
  dht: asBoolean,
  pex: asBoolean,
  lsd: asBoolean,
  encryption: asEncryption,
  ipFilter: asText,
};

function isKey(name: string): name is keyof Settings {
  return Object.hasOwn(READERS, name);
}

/** The name of a setting, or an error that lists them all. */
export function settingName(name: string): keyof Settings {
  if (isKey(name)) return name;
  throw new CommandLineError(
    `unknown setting ${JSON.stringify(name.slice(0, 40))}; the settings are ${Object.keys(READERS).join(", ")}`,
  );
}

/** Parses settings given as `KEY=VALUE`. Throws {@link CommandLineError} for an unknown key or an invalid value. */
export function readAssignments(texts: readonly string[]): Partial<Settings> {
  const settings: Partial<Settings> = {};
  for (const text of texts) {
    const [, name = "", value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (value === undefined)
      throw new CommandLineError(`a setting must be KEY=VALUE: got ${JSON.stringify(text.slice(0, 100))}`);
    put(settings, settingName(name), value);
  }
  return settings;
}

function put<Key extends keyof Settings>(settings: { [K in Key]?: Settings[K] }, key: Key, text: string): void {
  settings[key] = READERS[key](text, key);
}
