import { createHash } from "node:crypto";
import { utf8, utf8Decode } from "../../../base/index.ts";
import type { Files } from "../../../runtime/index.ts";

const SEAL = /^(.*?),?"sum":"([0-9a-f]{16})"\}\s*$/s;
/** Matches what may be left of a checksum in a damaged text: its name or its value. */
const TRACE = /"sum"|"[0-9a-f]{16}"\}\s*$/;

/**
 * The result of {@link unsealText}: `"sealed"` when the checksum is correct, `"old"` for a text of an earlier version,
 * without a checksum, and `"damaged"` otherwise.
 */
export type Unsealed = { readonly kind: "sealed" | "old"; readonly value: unknown } | { readonly kind: "damaged" };

/**
 * Returns an object as JSON with a checksum in its last field: the first 64 bits of the SHA-256 of the text without
 * this field.
 */
export function sealText(value: object): string {
  const text = JSON.stringify(value);
  const open = text.slice(0, -1);
  return `${open}${open === "{" ? "" : ","}"sum":"${sumOf(text)}"}`;
}

/** Parses a text that {@link sealText} made. The kind of the result says whether its checksum is correct. */
export function unsealText(text: string): Unsealed {
  const [, open, sum] = SEAL.exec(text) ?? [];
  if (open !== undefined) return sumOf(`${open}}`) === sum ? parse(`${open}}`, "sealed") : { kind: "damaged" };
  return TRACE.test(text) ? { kind: "damaged" } : parse(text, "old");
}

/**
 * Reads an object from a file that {@link writeSealed} wrote; resolves to `undefined` when the file does not exist. A
 * damaged file is copied to `.damaged`, so that the user can examine it. Rejects with StorageError.
 */
export async function readSealed(files: Files, path: string, maxBytes: number): Promise<Unsealed | undefined> {
  if ((await files.stat(path)) === undefined) return undefined;
  const bytes = await files.readAll(path, maxBytes);
  const unsealed = unsealText(utf8Decode(bytes));
  if (unsealed.kind === "damaged") await files.replace(`${path}.damaged`, bytes);
  return unsealed;
}

/**
 * Writes an object with a checksum to a file, which is replaced atomically. Resolves when it is on the disk. Rejects
 * with StorageError.
 */
export function writeSealed(files: Files, path: string, value: object): Promise<void> {
  return files.replace(path, utf8(`${sealText(value)}\n`));
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function parse(text: string, kind: "sealed" | "old"): Unsealed {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { kind, value } : { kind: "damaged" };
  } catch {
    return { kind: "damaged" };
  }
}
