import { InputError } from "../../base/index.ts";

/**
 * Functions that convert the times of Transmission's alternative limits: minutes after midnight, and a bit field of
 * days with Sunday in the lowest bit.
 */

const MINUTES_OF_DAY = 24 * 60;
const DAYS = 7;

/**
 * Formats minutes after midnight as `HH:MM`. `name` is the argument's name, for the error. Throws InputError
 * `rpc.argument`.
 */
export function timeOf(name: string, minutes: number): string {
  if (!Number.isInteger(minutes) || minutes < 0 || minutes >= MINUTES_OF_DAY)
    throw new InputError("rpc.argument", `${name} must be minutes after midnight, from 0 to ${MINUTES_OF_DAY - 1}`);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Converts weekdays (0 is Sunday) to a bit field with one bit for each day. */
export function maskOf(days: readonly number[]): number {
  return days.reduce((mask, day) => mask | (1 << day), 0);
}

/** Converts a bit field with one bit for each day to weekdays (0 is Sunday). Throws InputError `rpc.argument`. */
export function daysOf(mask: number): number[] {
  if (!Number.isInteger(mask) || mask < 0 || mask >= 1 << DAYS)
    throw new InputError(
      "rpc.argument",
      `alt_speed_time_day must be a bit field of days, from 0 to ${(1 << DAYS) - 1}`,
    );
  return Array.from({ length: DAYS }, (_, day) => day).filter((day) => (mask >> day) & 1);
}
