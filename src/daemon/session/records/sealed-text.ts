import { createHash } from "node:crypto";
import { utf8, utf8Decode } from "../../../base/index.ts";
import type { Files } from "../../../runtime/index.ts";

const SEAL = /^(.*?),?"sum":"([0-9a-f]{16})"\}\s*$/s;
/** Part of a damaged checksum: its name, or its value. */
const TRACE = /"sum"|"[0-9a-f]{16}"\}\s*$/;

/** The result of {@link unsealText}; `"old"` is a text of the version without checksums. */
export type Unsealed = { readonly kind: "sealed" | "old"; readonly value: unknown } | { readonly kind: "damaged" };

/** A JSON object as text with a checksum as its last field: the first 64 bits of the SHA-256 of the text without it. */
export function sealText(value: object): string {
  const text = JSON.stringify(value);
  const open = text.slice(0, -1);
  return `${open}${open === "{" ? "" : ","}"sum":"${sumOf(text)}"}`;
}

/** The object of a sealed text, as it was when it was sealed. */
export function unsealText(text: string): Unsealed {
  const [, open, sum] = SEAL.exec(text) ?? [];
  if (open !== undefined) return sumOf(`${open}}`) === sum ? parse(`${open}}`, "sealed") : { kind: "damaged" };
  return TRACE.test(text) ? { kind: "damaged" } : parse(text, "old");
}

/**
 * Reads a sealed file of one object; `undefined` when there is none. A damaged file is copied to `.damaged`, so that a
 * person can still read it. Rejects with StorageError.
 */
export async function readSealed(files: Files, path: string, maxBytes: number): Promise<Unsealed | undefined> {
  if ((await files.stat(path)) === undefined) return undefined;
  const bytes = await files.readAll(path, maxBytes);
  const unsealed = unsealText(utf8Decode(bytes));
  if (unsealed.kind === "damaged") await files.replace(`${path}.damaged`, bytes);
  return unsealed;
}

/** All or nothing, and on disk when it resolves. Rejects with StorageError. */
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
