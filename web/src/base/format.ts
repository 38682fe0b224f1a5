/** Numbers, sizes, rates and times for display. Pure functions: the time zone matters only where stated. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes with three significant digits: `0 B`, `1.50 MiB`, `812 KiB`. */
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

/** Bytes a second; empty for zero, so that transfers stand out. */
export function rate(value: number): string {
  return value < 1 ? "" : `${bytes(value)}/s`;
}

/** Bytes a second, zero included. */
export function rateOrZero(value: number): string {
  return `${bytes(value)}/s`;
}

/** A part of one as per cent; never `100 %` before it is whole. */
export function percent(part: number): string {
  const value = Math.floor(part * 1000) / 10;
  return `${value === 100 || value === 0 ? value : value.toFixed(1)} %`;
}

/** A ratio with two decimals; without any from 1000 on. */
export function ratio(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(2);
}

/** Seconds as the two largest units: `3 d 4 h`, `12 min 5 s`. */
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

/** Time left; `∞` while nothing is transferred. */
export function eta(seconds: number | null): string {
  return seconds === null || seconds > 100 * 86_400 ? "∞" : duration(seconds);
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Local date and time, sortable by eye: `2026-11-21 09:05`. */
export function dateTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Local time of day with seconds. */
export function time(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const GROUPED = new Intl.NumberFormat("en");

/** Whole numbers with their thousands apart. */
export function count(value: number): string {
  return GROUPED.format(value);
}

/** KiB a second as typed into a field, from bytes a second; empty for no limit. */
export function toKib(rate: number | null): string {
  return rate === null ? "" : String(Math.max(1, Math.round(rate / 1024)));
}

/** Back to bytes a second; null for no limit: empty, zero, or no number. */
export function fromKib(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? Math.max(1, Math.round(value * 1024)) : null;
}
