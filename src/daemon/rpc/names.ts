/**
 * Functions that convert the spelling of Transmission's names. From version 4.1 all names are in snake_case; earlier
 * versions use hyphens in some names and capitals in others. This module uses snake_case. Requests may use any
 * spelling; responses to old clients use the old spelling.
 */

/**
 * The maximum number of characters of a name that is converted. Transmission has no longer names, so a longer name
 * stays unchanged.
 */
const MAX_NAME = 64;

/** Converts `downloadDir`, `download-dir` and `download_dir` to `download_dir`. */
export function snake(name: string): string {
  // No name is that long; the conversion takes time by the square of its length.
  if (name.length > MAX_NAME) return name;
  return name
    .replaceAll("-", "_")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

const CAMEL_EXCEPTIONS: Readonly<Record<string, string>> = {
  is_utp: "isUTP",
  peer_limit: "peer-limit",
  file_count: "file-count",
  primary_mime_type: "primary-mime-type",
};

/** Converts a name to the spelling that earlier versions use for fields of a torrent: `downloadDir`. */
export function camel(name: string): string {
  return CAMEL_EXCEPTIONS[name] ?? name.replaceAll(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

const KEBAB_EXCEPTIONS: Readonly<Record<string, string>> = {
  seed_ratio_limit: "seedRatioLimit",
  seed_ratio_limited: "seedRatioLimited",
  total_size: "total_size",
};

/** Converts a name to the spelling that earlier versions use for fields of the session: `download-dir`. */
export function kebab(name: string): string {
  return KEBAB_EXCEPTIONS[name] ?? name.replaceAll("_", "-");
}

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a copy of `value` in which `spell` has converted all names of objects. */
export function respell(value: Json, spell: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => respell(item, spell));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [spell(name), respell(inner, spell)]));
}
