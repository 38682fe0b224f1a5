import prettyBytes from "pretty-bytes";

/**
 * Functions that format quantities as text. Sizes use powers of 1,024 and their units, in the form that `parseSize`
 * reads.
 */

/** Formats a size, such as `1.34 MiB`. */
export function formatSize(bytes: number): string {
  return prettyBytes(Math.max(0, bytes), { binary: true });
}

/** Formats a rate given in bytes a second, such as `1.34 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatSize(Math.round(bytesPerSecond))}/s`;
}

/** Formats a part from 0 to 1 as a percentage, such as `51.3%`. A part below 1 is never shown as `100%`. */
export function formatPercent(share: number): string {
  if (share >= 1) return "100%";
  return `${(Math.floor(Math.max(0, share) * 1000) / 10).toFixed(1)}%`;
}

const DAY = 86_400;

/**
 * Formats a duration given in seconds, such as `4.2s`, `42s`, `3m 20s`, `2h 5m` or `3d 4h`; more than a year is `>1y`.
 */
export function formatDuration(seconds: number): string {
  if (!(seconds < 365 * DAY)) return ">1y";
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  if (whole < DAY) return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / 3600)}h`;
}

/** Formats a number with its noun: `3 pieces`, `1 piece`, `12,345 files`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${groupDigits(number)} ${number === 1 ? noun : plural}`;
}

/**
 * Formats a number with commas between groups of digits, such as `12,345`. Does not use `Intl`, which is slow to
 * load.
 */
export function groupDigits(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Formats a date and time in UTC, such as `2024-05-01 12:34 UTC`. */
export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
