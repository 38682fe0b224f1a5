import type { Observation } from "../conversation/lint.ts";
import type { RuleId } from "./rules.ts";
import type { SideMemory } from "./side-memory.ts";

/** An observation with what the linter remembers. */
export interface Context extends Observation {
  /** Of the sender. */
  readonly mine: SideMemory;
  /** Of the receiver. */
  readonly theirs: SideMemory;
}

/** Says that a rule is broken: how, in one line. */
export type Report = (rule: RuleId, text: string) => void;

/** Rules about one idea. They only look: {@link remember} comes after all of them. */
export type Topic = (context: Context, report: Report) => void;

/**
 * Whether both sides set this bit of the handshake, as far as is known: a side that has not spoken yet may still set
 * it.
 */
export function isAgreed({ from, to }: Context, bit: "fast" | "extended" | "dht" | "v2"): boolean {
  return from.handshake?.reserved[bit] !== false && to.handshake?.reserved[bit] !== false;
}

/** Why {@link isAgreed} is false, in words. */
export function whoDidNot({ from }: Context, bit: "fast" | "extended" | "dht" | "v2"): string {
  return from.handshake?.reserved[bit] === false
    ? "the sender did not set its bit in the handshake"
    : "the receiver did not set its bit in the handshake";
}

/** A block in words, for findings. */
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
