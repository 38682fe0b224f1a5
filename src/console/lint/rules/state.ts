import type { Context, Report, Topic } from "../context.ts";
import { FREE_REPEATS } from "../limits.ts";
import { changesNothing } from "../update-memory.ts";

/** Rules about choking and interest (BEP 3). */
export const stateRules: Topic = (context, report) => {
  const { message, from } = context;
  switch (message.type) {
    case "choke":
    case "unchoke":
      lintRepeat(context, context.mine.chokeRepeats, report);
      return;
    case "interested":
      if (!from.interested && from.pieces?.isFull === true && from.pieces.length > 0)
        report("state.interested-complete", `interested, although it has all ${from.pieces.length} pieces`);
      lintRepeat(context, context.mine.interestRepeats, report);
      return;
    case "not-interested":
      lintRepeat(context, context.mine.interestRepeats, report);
      return;
    default:
  }
};

function lintRepeat({ message, from }: Context, repeats: number, report: Report): void {
  if (changesNothing(message, from) && repeats >= FREE_REPEATS)
    report(
      "state.repeated",
      `${message.type} changes nothing, like the message before it: a side should send changes only`,
    );
}
