import type { Way } from "../conversation/entry.ts";
import { otherWay } from "../conversation/entry.ts";
import type { Complaint, Linter } from "../conversation/lint.ts";
import { blockRules } from "./rules/block.ts";
import { CheckedPieces, type Sha1 } from "./checked-pieces.ts";
import type { Context, Topic } from "./context.ts";
import { dhtRules } from "./rules/dht.ts";
import { extendedRules } from "./rules/extended.ts";
import { fastRules } from "./rules/fast.ts";
import { framingRules } from "./rules/framing.ts";
import { handshakeRules } from "./rules/handshake.ts";
import { hashesRules } from "./rules/hashes.ts";
import { metadataRules } from "./rules/metadata.ts";
import { pexRules } from "./rules/pex.ts";
import { piecesRules } from "./rules/pieces.ts";
import { requestRules } from "./rules/request.ts";
import { updateMemory } from "./update-memory.ts";
import { rhythmRules } from "./rules/rhythm.ts";
import { RULES, type RuleId } from "./rules.ts";
import { SideMemory } from "./side-memory.ts";
import { stateRules } from "./rules/state.ts";

/** Options of {@link createLinter}. */
export interface LinterOptions {
  /** Returns the SHA-1 of bytes, 20 bytes. Default: the hashes of pieces are not checked. */
  readonly sha1?: Sha1 | undefined;
}

/**
 * Returns a linter for one conversation. It reports no faults for two correct clients, also when it runs in a proxy
 * between them: rules that depend on messages of both sides allow for messages that cross on the wire. Memory is
 * bounded; the time for checking a message is proportional to its length.
 */
export function createLinter(options: LinterOptions = {}): Linter {
  const memories: Readonly<Record<Way, SideMemory>> = { out: new SideMemory(), in: new SideMemory() };
  const topics: readonly Topic[] = [
    handshakeRules,
    framingRules,
    piecesRules,
    fastRules,
    requestRules,
    blockRules(options.sha1 === undefined ? undefined : new CheckedPieces(options.sha1)),
    stateRules,
    extendedRules,
    metadataRules,
    pexRules,
    dhtRules,
    hashesRules,
    rhythmRules,
  ];
  return {
    observe: (observation) => {
      const complaints: Complaint[] = [];
      const report = (rule: RuleId, text: string): void => {
        const { severity, bep } = RULES[rule];
        complaints.push({ rule, severity, bep, text });
      };
      const context: Context = {
        ...observation,
        mine: memories[observation.way],
        theirs: memories[otherWay(observation.way)],
      };
      for (const topic of topics) topic(context, report);
      updateMemory(context);
      return complaints;
    },
  };
}
