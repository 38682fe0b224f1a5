import type { NodeHasher } from "../runtime/node/index.ts";

/** Commands that read and hash everything. */
const HASHING = new Set(["create", "verify"]);

let early: Promise<NodeHasher> | undefined;

/**
 * Begins to start hashing threads for a command line that will want them: they come up while the command is loaded on
 * this one.
 */
export function startEarly(args: readonly string[]): void {
  if (args.length < 2 || !HASHING.has(args[0] ?? "") || args.includes("--help") || args.includes("-h")) return;
  early = import("../runtime/node/index.ts").then(({ NodeHasher }) => {
    const hasher = new NodeHasher();
    hasher.warmUp();
    return hasher;
  });
}

/** The hasher of {@link startEarly}, if there is one. */
export async function earlyHasher(): Promise<NodeHasher | undefined> {
  return early;
}
