import type { HttpReply } from "../../runtime/index.ts";
import { formatDuration } from "../../terminal/index.ts";
import { ok, problem, unknown, type Finding } from "./finding.ts";

/** The earliest time that can be right, in milliseconds since 1970: this code did not exist before. */
const EARLIEST = Date.UTC(2026, 0, 1);
/** The difference, in milliseconds, from which on certificates may seem to be invalid. */
const MAX_DIFFERENCE_MS = 120_000;
const ADVICE = "set the clock, and let the system keep it: systemd-timesyncd, chrony or ntpd";

/**
 * Checks the clock of this machine. `now` is its time in milliseconds since 1970; `replies` are replies of web servers,
 * which contain theirs, and the times at which they arrived.
 */
export function checkClock(
  now: number,
  replies: readonly { readonly headers: HttpReply["headers"]; readonly at: number; readonly from: string }[],
): Finding[] {
  const shown = new Date(now).toISOString().slice(0, 16).replace("T", " ");
  if (now < EARLIEST) return [problem(`the clock shows ${shown} UTC, which is in the past`, ADVICE)];
  const compared = replies.flatMap(({ headers, at, from }) => {
    const theirs = Date.parse(headers["date"] ?? "");
    return Number.isNaN(theirs) ? [] : [{ from, difference: at - theirs }];
  });
  const [first] = compared;
  if (first === undefined)
    return [
      unknown(
        `the clock shows ${shown} UTC; it was not compared with another one`,
        "name a torrent that has an HTTP tracker",
      ),
    ];
  // One server may be wrong: the one that agrees most counts.
  const best = compared.reduce(
    (one, other) => (Math.abs(other.difference) < Math.abs(one.difference) ? other : one),
    first,
  );
  if (Math.abs(best.difference) <= MAX_DIFFERENCE_MS) return [ok(`the clock agrees with that of ${best.from}`)];
  const by = formatDuration(Math.round(Math.abs(best.difference) / 1_000));
  return [problem(`the clock is ${by} ${best.difference > 0 ? "ahead of" : "behind"} that of ${best.from}`, ADVICE)];
}
