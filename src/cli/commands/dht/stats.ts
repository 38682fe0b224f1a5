import type { Command } from "commander";
import { idFromBytes, idToBytes, type LookupResult, type NodeId } from "../../../dht/index.ts";
import { count, groupDigits } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../../exit-code.ts";
import type { Session } from "../../session.ts";
import { dhtAction, withDht, type DhtFlags } from "./open-dht.ts";

/** The number of lookups, each of a random target, from which the statistics are computed. */
const LOOKUPS = 8;

/** The numbers of one IP version. */
interface FamilyStats {
  /** The estimated number of nodes of the whole DHT; `undefined` when no lookup found any node. */
  readonly nodes: number | undefined;
  readonly queries: number;
  readonly replies: number;
  /** The median number of rounds of a lookup. */
  readonly rounds: number;
  /** The median duration of a lookup, in milliseconds. */
  readonly durationMs: number;
}

/** Defines `millrace dht stats`. */
export function statsCommand(parent: CommandEntry): Command {
  return dhtAction<DhtFlags>(
    parent,
    {
      name: "stats",
      summary: "estimate how many nodes the DHT has, and how well they reply",
      examples: [["dht stats", `by ${LOOKUPS} lookups of random targets`]],
    },
    run,
  );
}

async function run(session: Session<DhtFlags>): Promise<number> {
  const { output } = session;
  return withDht(session, async ({ dht, runtime, signal }) => {
    const results = new Map<number, (readonly [NodeId, LookupResult])[]>();
    for (let n = 0; n < LOOKUPS && !signal.aborted; n++) {
      const target = idFromBytes(runtime.random.bytes(20));
      for (const [family, result] of await dht.lookup(target, signal))
        results.set(family, [...(results.get(family) ?? []), [target, result]]);
    }
    const all = [...results].map(([family, lookups]) => [family, statsOf(lookups)] as const);
    for (const [family, { nodes = null, queries, replies, rounds, durationMs }] of all) {
      output.data({ event: "stats", family, nodes, queries, replies, rounds, durationMs: Math.round(durationMs) });
      if (nodes !== null)
        output.line(
          `IPv${family}: about ${groupDigits(nodes)} ${nodes === 1 ? "node" : "nodes"}; ${count(queries, "query", "queries")}, ${Math.round((100 * replies) / queries)}% with a reply; a lookup takes ${count(rounds, "round")} and ${Math.round(durationMs)} ms`,
        );
    }
    return all.some(([, { nodes }]) => nodes !== undefined) ? EXIT_DONE : EXIT_FAILED;
  });
}

function statsOf(lookups: readonly (readonly [NodeId, LookupResult])[]): FamilyStats {
  const sum = (value: (result: LookupResult) => number): number =>
    lookups.reduce((total, [, result]) => total + value(result), 0);
  const sizes = lookups.flatMap(([target, { closest }]) => networkSize(target, closest) ?? []);
  return {
    nodes: sizes.length === 0 ? undefined : Math.round(sizes.reduce((total, size) => total + size, 0) / sizes.length),
    queries: sum(({ queries }) => queries),
    replies: sum(({ replies }) => replies),
    rounds: median(lookups.map(([, { rounds }]) => rounds)),
    durationMs: median(lookups.map(([, { durationMs }]) => durationMs)),
  };
}

/**
 * Estimates the number of nodes in the DHT from the nodes closest to a target. Ids are spread evenly: of N nodes, the
 * one at rank k has a distance of about k/(N+1) of the id space. Returns `undefined` when no node was found.
 */
function networkSize(target: NodeId, closest: LookupResult["closest"]): number | undefined {
  const farthest = closest.at(-1);
  if (farthest === undefined) return undefined;
  // The k-th smallest of N even distances d has the unbiased estimate (k - 1) / d; with one node there is no estimate.
  return closest.length === 1 ? 1 : Math.max(closest.length, (closest.length - 1) / shareOf(target, farthest.id));
}

/** Returns the XOR distance of two ids as a share of the id space, 0 to 1. */
function shareOf(a: NodeId, b: NodeId): number {
  const [one, other] = [idToBytes(a), idToBytes(b)];
  // Six bytes have enough precision, and fit a number.
  let share = 0;
  for (let at = 5; at >= 0; at--) share = (share + ((one[at] ?? 0) ^ (other[at] ?? 0))) / 256;
  return Math.max(share, 2 ** -48);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
