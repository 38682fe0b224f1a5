import type { AlternativeTimes, ScheduleRule, Settings } from "../../../api/index.ts";

const MINUTES_OF_DAY = 24 * 60;

/** Rate limits in bytes a second; `null` for no limit. */
export type RateLimits = Pick<Settings, "maxDownloadRate" | "maxUploadRate">;

/**
 * Returns the rate limits that apply at a local time: the alternative rates while they are on; otherwise the rates of
 * the first schedule rule that covers the time; otherwise the usual rates. A pure function.
 */
export function ratesAt(
  settings: RateLimits &
    Pick<Settings, "schedule" | "isAlternative" | "alternativeDownloadRate" | "alternativeUploadRate">,
  at: Date,
): RateLimits {
  if (settings.isAlternative)
    return { maxDownloadRate: settings.alternativeDownloadRate, maxUploadRate: settings.alternativeUploadRate };
  const rule = settings.schedule.find((rule) => covers(rule, at.getDay(), at.getHours() * 60 + at.getMinutes()));
  const { maxDownloadRate, maxUploadRate } = rule ?? settings;
  return { maxDownloadRate, maxUploadRate };
}

/**
 * Whether the alternative rates apply at a local time; `undefined` when the user has set no times for them. A pure
 * function.
 */
export function isAlternativeTime(times: AlternativeTimes, at: Date): boolean | undefined {
  return times.isEnabled ? covers(times, at.getDay(), at.getHours() * 60 + at.getMinutes()) : undefined;
}

/**
 * Whether a rule covers a minute of a weekday (0 is Sunday). A rule may extend past midnight; its `days` are the days
 * on which it begins.
 */
function covers(rule: Pick<ScheduleRule, "days" | "from" | "to">, day: number, minute: number): boolean {
  const from = minuteOf(rule.from);
  const to = minuteOf(rule.to);
  const length = to > from ? to - from : to - from + MINUTES_OF_DAY;
  const yesterday = (day + 6) % 7;
  if (rule.days.includes(day) && minute >= from && minute < from + length) return true;
  return rule.days.includes(yesterday) && minute + MINUTES_OF_DAY < from + length;
}

/** Converts `HH:MM` to minutes after midnight. */
export function minuteOf(text: string): number {
  const [hours, minutes] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
}
