import { dirname, join, resolve } from "node:path";
import { homedir } from "node:os";
import envPaths from "env-paths";
import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { InputError, parseBoolean, StorageError, toError, utf8Decode } from "../../base/index.ts";
import type { Settings } from "../../api/index.ts";
import { nodeFiles } from "../../runtime/node/index.ts";
import { camel, CONFIG_KEYS, configSchema, FILE_ONLY, kebab, variable, type Config, type ConfigKey } from "./schema.ts";

/** The source of a configuration value. */
export type Origin = "default" | "file" | "environment" | "flag";

/** A loaded configuration, and the origin of each value. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origins: Readonly<Record<string, Origin>>;
  /** The path of the configuration file that was read; `undefined` when there is none. */
  readonly file: string | undefined;
}

/** The sources from which the configuration is loaded. */
export interface ConfigSources {
  /**
   * The path given with `--config`; the file must exist. Default: `config.toml` in the user's configuration folder,
   * when it exists.
   */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The values of command-line flags, by configuration key. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

const FOLDERS = envPaths("millrace", { suffix: "" });

/** The maximum size in bytes of a configuration file. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Loads the configuration. Flags take precedence over environment variables, these over the file, and the file over the
 * defaults. Relative paths in the file are relative to its folder, all others to the current folder. Rejects with
 * InputError `config.invalid`, whose message names the key and its source, and with StorageError when the file given
 * with `--config` cannot be read.
 */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const file = await readConfigFile(sources.file ?? sources.environment["MILLRACE_CONFIG"]);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = Object.fromEntries(CONFIG_KEYS.map((key) => [key, "default" as const]));
  const take = (origin: Origin, given: Iterable<readonly [string, unknown]>): void => {
    for (const [key, value] of given) {
      values[key] = value;
      origins[key] = origin;
    }
  };
  if (file !== undefined) take("file", Object.entries(file.values));
  take("environment", fromEnvironment(sources.environment));
  take(
    "flag",
    Object.entries(sources.flags ?? {}).filter(([, value]) => value !== undefined),
  );
  const result = configSchema.safeParse(values);
  if (!result.success) throw invalid(result.error, origins, file?.path);
  const { proxy, proxyOnly } = result.data;
  if (proxyOnly && proxy === "")
    throw new InputError(
      "config.invalid",
      `${whereOf("proxyOnly", origins, file?.path)}: proxy-only needs a proxy: set proxy, or MILLRACE_PROXY`,
      { fields: { key: "proxyOnly" } },
    );
  return { config: absolute(result.data, origins, file?.path), origins, file: file?.path };
}

/** Returns the part of the configuration that can change while the daemon runs. */
export function settingsOf(config: Config): Settings {
  const {
    listen: _listen,
    allowedHosts: _hosts,
    stateDir: _state,
    peerPort: _port,
    listenIp: _ip,
    bind: _bind,
    proxy: _proxy,
    proxyOnly: _only,
    dhtBootstrap: _bootstrap,
    lsdInterfaces: _interfaces,
    logLevel: _level,
    allowPrivateAddresses: _private,
    followLinks: _links,
    onComplete: _script,
    ...settings
  } = config;
  return settings;
}

async function readConfigFile(
  named: string | undefined,
): Promise<{ readonly path: string; readonly values: Record<string, unknown> } | undefined> {
  const path = resolve(named ?? join(FOLDERS.config, "config.toml"));
  let text: string;
  try {
    // Only a file that the user has named may be a pipe: `--config <(...)`.
    text = utf8Decode(await nodeFiles.readAll(path, MAX_FILE_BYTES, { mayBePipe: named !== undefined }));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { code, message } = error;
    if (named === undefined && code === "storage.not-found") return undefined;
    if (code === "storage.too-long")
      throw new InputError("config.invalid", `${path}: too long for a configuration`, { cause: error });
    throw new StorageError(
      code,
      code === "storage.not-found"
        ? `cannot read the configuration: the file ${path} does not exist`
        : `cannot read the configuration: ${message}`,
      { cause: error },
    );
  }
  try {
    const values = Object.entries(parse(text)).map(([name, value]) => {
      const key = fromFileName(name, path);
      return [key, nested(key, value)] as const;
    });
    return { path, values: Object.fromEntries(values) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new InputError(
      "config.invalid",
      `${path}, line ${error.line}: ${error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "not TOML"}`,
      { cause: error },
    );
  }
}

function fromFileName(name: string, path: string): string {
  const key = camel(name);
  if (kebab(key) === name && CONFIG_KEYS.some((known) => known === key)) return key;
  const near = CONFIG_KEYS.map(kebab).find(
    (known) => known.replaceAll("-", "") === name.replaceAll(/[-_]/g, "").toLowerCase(),
  );
  throw new InputError(
    "config.invalid",
    `${path}: unknown key "${name}"${near === undefined ? "" : `, did you mean "${near}"?`}`,
  );
}

/**
 * Converts the keys inside a configuration value to camel case, in schedule rules and alternative times. The names of
 * labels are not keys and stay unchanged.
 */
function nested(key: string, value: unknown): unknown {
  if (key === "alternativeTimes") return withCamelKeys(value);
  return Array.isArray(value) ? value.map(withCamelKeys) : value;
}

function withCamelKeys(value: unknown): unknown {
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [camel(name), inner]))
    : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function* fromEnvironment(environment: ConfigSources["environment"]): Generator<readonly [ConfigKey, unknown]> {
  for (const key of CONFIG_KEYS) {
    const text = environment[variable(key)];
    if (text === undefined || FILE_ONLY.has(key) || (text === "" && isBoolean(key))) continue;
    yield [key, fromText(key, text)];
  }
}

/** Keys whose environment variables have values separated by commas or spaces. */
const LISTS: ReadonlySet<ConfigKey> = new Set(["allowedHosts", "dhtBootstrap", "lsdInterfaces"]);

/**
 * Converts the text of an environment variable to the type that its key has in the schema. A text that cannot be
 * converted is returned unchanged, so that the schema reports it.
 */
function fromText(key: ConfigKey, text: string): unknown {
  if (LISTS.has(key)) return text.split(/[\s,]+/).filter((item) => item !== "");
  if (configSchema.shape[key].safeParse(text).success) return text;
  if (isBoolean(key)) return booleanOf(key, text);
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function isBoolean(key: ConfigKey): boolean {
  return configSchema.shape[key].safeParse(true).success;
}

function booleanOf(key: ConfigKey, text: string): boolean {
  try {
    return parseBoolean(text);
  } catch (error) {
    throw new InputError("config.invalid", `${variable(key)}: ${kebab(key)}: ${toError(error).message}`, {
      cause: error,
      fields: { key },
    });
  }
}

function invalid(error: z.ZodError, origins: Readonly<Record<string, Origin>>, file: string | undefined): InputError {
  const [issue] = error.issues;
  const key = String(issue?.path[0] ?? "");
  const where = whereOf(key, origins, file);
  const place = [kebab(key), ...(issue?.path ?? []).slice(1).map(String)].join(".");
  return new InputError("config.invalid", `${where}: ${place}: ${issue?.message ?? "not valid"}`, { fields: { key } });
}

/** Returns the source of a value, for messages. */
function whereOf(key: string, origins: Readonly<Record<string, Origin>>, file: string | undefined): string {
  const origin = origins[key];
  if (origin === "environment") return variable(key);
  return origin === "flag" ? "the command line" : (file ?? "the configuration");
}

function absolute(config: Config, origins: Readonly<Record<string, Origin>>, file: string | undefined): Config {
  const at = (key: string, path: string): string => {
    if (path === "") return path;
    const home = path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
    return resolve(origins[key] === "file" && file !== undefined ? dirname(file) : ".", home);
  };
  return {
    ...config,
    stateDir: config.stateDir === "" ? FOLDERS.data : at("stateDir", config.stateDir),
    downloadDir: at("downloadDir", config.downloadDir),
    watchDir: at("watchDir", config.watchDir),
    incompleteDir: at("incompleteDir", config.incompleteDir),
    ipFilter: at("ipFilter", config.ipFilter),
    onComplete: at("onComplete", config.onComplete),
    labels: Object.fromEntries(Object.entries(config.labels).map(([label, folder]) => [label, at("labels", folder)])),
  };
}
