import type { Topic } from "../context.ts";
import { KEEP_ALIVES_PER_MINUTE, SILENCE_MS } from "../limits.ts";

/** Rules about keep-alives (BEP 3): too many of them, or none during a long silence. */
export const rhythmRules: Topic = ({ message, from, mine, at }, report) => {
  if (message.type === "closed") return;
  if (from.lastAt !== undefined && at - from.lastAt > SILENCE_MS)
    report(
      "rhythm.silence",
      `${message.type} after ${Math.round((at - from.lastAt) / 1000)} s of silence: a keep-alive is required after 120 s`,
    );
  if (
    message.type === "keep-alive" &&
    mine.keepAlives === KEEP_ALIVES_PER_MINUTE &&
    at - mine.keepAlivesSince <= 60_000
  ) {
    report(
      "rhythm.keep-alives",
      `${KEEP_ALIVES_PER_MINUTE + 1} keep-alives within a minute: one in two minutes is enough`,
    );
  }
};
