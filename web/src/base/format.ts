/** Formats numbers, sizes, rates and times. The functions are pure, except that some use the local time zone. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Formats bytes with three significant digits: `0 B`, `1.50 MiB`, `812 KiB`. */
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

/** Formats a rate in bytes a second; an empty text for zero, so that transfers are easy to see. */
export function rate(value: number): string {
  return value < 1 ? "" : `${bytes(value)}/s`;
}

/** Formats a rate in bytes a second, also for zero. */
export function rateOrZero(value: number): string {
  return `${bytes(value)}/s`;
}

/** Formats a share from 0 to 1 as a percentage. `100 %` stands only for 1. */
export function percent(part: number): string {
  const value = Math.floor(part * 1000) / 10;
  return `${value === 100 || value === 0 ? value : value.toFixed(1)} %`;
}

/** Formats a ratio with two decimals, or with none from 1000 on. */
export function ratio(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(2);
}

/** Formats seconds with the two largest units: `3 d 4 h`, `12 min 5 s`. */
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

/** Formats the remaining seconds; `∞` for null. */
export function eta(seconds: number | null): string {
  return seconds === null || seconds > 100 * 86_400 ? "∞" : duration(seconds);
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Formats a local date and time: `2026-11-21 09:05`. */
export function dateTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Formats the local time of day with seconds. */
export function time(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const GROUPED = new Intl.NumberFormat("en");

/** Formats a whole number with separators between thousands. */
export function count(value: number): string {
  return GROUPED.format(value);
}

/** Converts bytes a second to KiB a second for an input field; an empty text for no limit. */
export function toKib(rate: number | null): string {
  return rate === null ? "" : String(Math.max(1, Math.round(rate / 1024)));
}

/**
 * Converts the text of an input field in KiB a second to bytes a second; null (no limit) when it is empty, zero or
 * not a number.
 */
export function fromKib(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? Math.max(1, Math.round(value * 1024)) : null;
}
