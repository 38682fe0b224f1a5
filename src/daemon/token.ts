import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError, utf8 } from "../base/index.ts";
import type { Files } from "../runtime/index.ts";
import { createSecret, hashToken, Secret } from "./http/index.ts";

const record = z.object({ algorithm: z.literal("scrypt"), n: z.int().positive(), r: z.int().positive(), p: z.int().positive(), salt: z.string(), hash: z.string() });

/** What fits into a header; what is shorter can be guessed. */
const TOKEN = /^[\x21-\x7e]{8,256}$/;

export interface OpenedSecret {
  readonly secret: Secret;
  /** The token, when it was made now: nobody is told again. */
  readonly created: string | undefined;
}

/**
 * The secret of a state folder: of `token` when that is given, of the stored hash otherwise, or a new one. Only the hash is stored. A damaged file
 * is replaced by a new token, which whoever started the daemon sees. Rejects with InputError `daemon.token` for one that cannot be.
 */
export async function openSecret(files: Files, stateDir: string, token: string | undefined): Promise<OpenedSecret> {
  const path = join(stateDir, "token.json");
  const stored = record.safeParse(await readFile(path, "utf8").then(parse, () => undefined));
  if (token !== undefined && token !== "") {
    if (!TOKEN.test(token)) throw new InputError("daemon.token", "MILLRACE_TOKEN has to have 8 to 256 letters, digits and signs of ASCII, without spaces");
    // The same one as before keeps its hash, and with it the logins.
    if (stored.success && (await new Secret(stored.data).verify(token))) return { secret: new Secret(stored.data, token), created: undefined };
    const chosen = await hashToken(token);
    await files.replace(path, utf8(`${JSON.stringify(chosen)}\n`));
    return { secret: new Secret(chosen, token), created: undefined };
  }
  if (stored.success) return { secret: new Secret(stored.data), created: undefined };
  const made = await createSecret();
  await files.replace(path, utf8(`${JSON.stringify(made.record)}\n`));
  return { secret: new Secret(made.record, made.token), created: made.token };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
