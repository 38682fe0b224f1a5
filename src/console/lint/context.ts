import type { Observation } from "../conversation/lint.ts";
import type { RuleId } from "./rules.ts";
import type { SideMemory } from "./side-memory.ts";

/** An observation and the memory of the linter. */
export interface Context extends Observation {
  /** The memory of the sender. */
  readonly mine: SideMemory;
  /** The memory of the receiver. */
  readonly theirs: SideMemory;
}

/** Reports that a message breaks a rule. `text`: the violation in one line. */
export type Report = (rule: RuleId, text: string) => void;

/** A group of rules. It only checks: the linter updates its memory after all rules. */
export type Topic = (context: Context, report: Report) => void;

/**
 * Whether both sides may have set this bit of the handshake. A side that has not sent its handshake may still set it.
 */
export function isAgreed({ from, to }: Context, bit: "fast" | "extended" | "dht" | "v2"): boolean {
  return from.handshake?.reserved[bit] !== false && to.handshake?.reserved[bit] !== false;
}

/** Returns which side did not set the bit, for findings when {@link isAgreed} is false. */
export function whoDidNot({ from }: Context, bit: "fast" | "extended" | "dht" | "v2"): string {
  return from.handshake?.reserved[bit] === false
    ? "the sender did not set its bit in the handshake"
    : "the receiver did not set its bit in the handshake";
}

/** Describes a block, for findings. */
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
