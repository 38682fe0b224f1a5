/**
 * Functions that format numbers, sizes, rates and times as texts. They are pure, except that some use the local time
 * zone.
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Formats a number of bytes with three significant digits: `0 B`, `1.50 MiB`, `812 KiB`. */
export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${size.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/**
 * Formats a rate in bytes a second. Returns an empty text for zero, so that torrents that transfer data are easy to
 * see.
 */
export function rate(value: number): string {
  return value < 1 ? "" : `${bytes(value)}/s`;
}

/** Formats a rate in bytes a second; zero is `0 B/s`. */
export function rateOrZero(value: number): string {
  return `${bytes(value)}/s`;
}

/** Formats a fraction from 0 to 1 as a percentage. The result is `100 %` only for 1, never because of rounding. */
export function percent(part: number): string {
  const value = Math.floor(part * 1000) / 10;
  return `${value === 100 || value === 0 ? value : value.toFixed(1)} %`;
}

/** Formats a share ratio with two decimals, or without decimals from 1000 on. */
export function ratio(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(2);
}

/** Formats a number of seconds with its two largest units: `3 d 4 h`, `12 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts: readonly [string, number][] = [
    ["d", Math.floor(whole / 86_400)],
    ["h", Math.floor(whole / 3600) % 24],
    ["min", Math.floor(whole / 60) % 60],
    ["s", whole % 60],
  ];
  const first = parts.findIndex(([, count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(" ");
}

/** Formats the estimated remaining seconds of a download; `∞` for null (unknown). */
export function eta(seconds: number | null): string {
  return seconds === null || seconds > 100 * 86_400 ? "∞" : duration(seconds);
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Formats a time as local date and time of day: `2026-11-21 09:05`. */
export function dateTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Formats a time as local time of day with seconds. */
export function time(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const GROUPED = new Intl.NumberFormat("en");

/** Formats a whole number with separators between groups of three digits. */
export function count(value: number): string {
  return GROUPED.format(value);
}

/**
 * Converts a rate from bytes a second to KiB a second, as the text of an input field; an empty text for null (no
 * limit).
 */
export function toKib(rate: number | null): string {
  return rate === null ? "" : String(Math.max(1, Math.round(rate / 1024)));
}

/**
 * Converts the text of an input field from KiB a second to bytes a second; null (no limit) when the text is empty,
 * zero or not a number.
 */
export function fromKib(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? Math.max(1, Math.round(value * 1024)) : null;
}
