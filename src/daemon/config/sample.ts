import { stringify } from "smol-toml";
import { CONFIG_KEYS, configSchema, kebab, variable, FILE_ONLY, type Config } from "./schema.ts";

const RULE =
  'days = [1, 2, 3, 4, 5]\nfrom = "08:00"\nto = "18:00"\nmax-download-rate = "2MiB"\nmax-upload-rate = "500KiB"';

/** Keys whose values are written as TOML tables. TOML requires that tables come after all simple keys. */
const TABLES: ReadonlySet<keyof Config> = new Set(["labels", "schedule"]);

const hyphened = (values: object): object =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]: [string, unknown]) => [kebab(key), value ?? "unlimited"]),
  );

/** Returns the text of a configuration file that contains every key with its default, as comments. */
export function sampleConfig(): string {
  const defaults = configSchema.parse({});
  const simple = CONFIG_KEYS.filter((key) => !TABLES.has(key)).map(
    (key) => `${comment(key)}# ${line(key, defaults[key])}\n`,
  );
  return [
    "# Configuration of Millrace. Lines in comments show the defaults. Flags take precedence over the environment, and both over this file.\n",
    ...simple,
    `${comment("labels")}# [labels]\n# films = "/srv/films"\n`,
    `${comment("schedule")}# [[schedule]]\n${RULE.replaceAll(/^/gm, "# ")}\n`,
  ].join("\n");
}

/** Returns a configuration as TOML. `comments` returns the comment that is written for a key. */
export function configText(config: Config, comments: (key: string) => string): string {
  const simple = CONFIG_KEYS.filter((key) => !TABLES.has(key)).map(
    (key) => `${line(key, config[key])}${comments(key)}`,
  );
  const tables = stringify({ labels: config.labels, schedule: config.schedule.map(hyphened) });
  return `${simple.join("\n")}\n\n${tables.trim()}\n`;
}

function comment(key: keyof Config): string {
  const { description } = configSchema.shape[key];
  return `# ${description ?? ""}${FILE_ONLY.has(key) ? "" : ` (${variable(key)})`}\n`;
}

function line(key: keyof Config, value: unknown): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value).map(
      ([name, inner]: [string, unknown]) => `${kebab(name)} = ${JSON.stringify(inner)}`,
    );
    return `${kebab(key)} = { ${entries.join(", ")} }`;
  }
  return value === null
    ? `${kebab(key)} = ${key.startsWith("maxActive") ? "0" : '"unlimited"'}`
    : stringify({ [kebab(key)]: value }).trim();
}
