import type { Topic } from "./context.ts";

/** Choking and interest (BEP 3). */
export const stateRules: Topic = ({ message, from }, report) => {
  switch (message.type) {
    case "choke":
      if (from.choking) report("state.repeated", "choke, and it was choking");
      return;
    case "unchoke":
      if (!from.choking) report("state.repeated", "unchoke, and it was not choking");
      return;
    case "interested":
      if (from.interested) report("state.repeated", "interested, and it was interested");
      else if (from.pieces?.isFull === true && from.pieces.length > 0) report("state.interested-complete", `interested, and it has all ${from.pieces.length} pieces`);
      return;
    case "not-interested":
      if (!from.interested) report("state.repeated", "not-interested, and it was not interested");
      return;
    default:
  }
};
