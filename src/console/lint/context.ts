import type { Observation } from "../conversation/lint.ts";
import type { RuleId } from "./rules.ts";
import type { SideMemory } from "./side-memory.ts";

/** A message to check, with the stored facts about both sides. */
export interface Context extends Observation {
  /** The facts that the linter stores about the sender. */
  readonly mine: SideMemory;
  /** The facts that the linter stores about the receiver. */
  readonly theirs: SideMemory;
}

/** A function that reports a violation of a rule. `text` describes the violation in one line. */
export type Report = (rule: RuleId, text: string) => void;

/**
 * A group of rules. Rules only read the facts that the linter stores; the linter updates them after all rules have
 * checked the message.
 */
export type Topic = (context: Context, report: Report) => void;

/**
 * Whether both sides may support a feature: each side has set its bit in the handshake, or has not sent its handshake
 * yet.
 */
export function isAgreed({ from, to }: Context, bit: "fast" | "extended" | "dht" | "v2"): boolean {
  return from.handshake?.reserved[bit] !== false && to.handshake?.reserved[bit] !== false;
}

/** Returns the side that did not set the bit, as text for a finding. To be called when {@link isAgreed} is false. */
export function whoDidNot({ from }: Context, bit: "fast" | "extended" | "dht" | "v2"): string {
  return from.handshake?.reserved[bit] === false
    ? "the sender did not set its bit in the handshake"
    : "the receiver did not set its bit in the handshake";
}

/** Describes the position of a block, as text for a finding. */
export function spanText({
  piece,
  begin,
  length,
}: {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
}): string {
  return `piece ${piece} begin ${begin} length ${length}`;
}
