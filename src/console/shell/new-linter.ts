import { createHash } from "node:crypto";
import type { Linter } from "../conversation/lint.ts";
import { createLinter } from "../lint/index.ts";

/** Returns a linter that also checks the hashes of pieces. */
export function newLinter(): Linter {
  return createLinter({ sha1: (bytes) => createHash("sha1").update(bytes).digest() });
}
