import type { NodeHasher } from "../runtime/node/index.ts";

/** The commands that read and hash all data of a torrent. */
const HASHING = new Set(["create", "verify"]);

let early: Promise<NodeHasher> | undefined;

/**
 * Starts the hashing threads when the command line runs a command that hashes, so that they start while the main thread
 * loads the command.
 */
export function startEarly(args: readonly string[]): void {
  if (args.length < 2 || !HASHING.has(args[0] ?? "") || args.includes("--help") || args.includes("-h")) return;
  early = import("../runtime/node/index.ts").then(({ NodeHasher }) => {
    const hasher = new NodeHasher();
    hasher.warmUp();
    return hasher;
  });
}

/** Returns the hasher that {@link startEarly} started; `undefined` if it started none. */
export async function earlyHasher(): Promise<NodeHasher | undefined> {
  return early;
}
