import { chmod, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError, utf8Decode } from "../base/index.ts";
import { nodeFiles } from "../runtime/node/index.ts";
import { createSecret, hashToken, Secret, type SecretRecord } from "./http/index.ts";

const record = z.object({
  algorithm: z.literal("scrypt"),
  n: z.int().positive(),
  r: z.int().positive(),
  p: z.int().positive(),
  salt: z.string(),
  hash: z.string(),
});

/** The maximum size in bytes of the file in which the token's hash is stored. */
const MAX_TOKEN_BYTES = 64 * 1024;

/** Matches a valid token: 8 to 256 characters that an HTTP header can contain. A shorter token could be guessed. */
const TOKEN = /^[\x21-\x7e]{8,256}$/;

/** The secret that verifies the token of a state folder, and the new token when one was created. */
export interface OpenedSecret {
  readonly secret: Secret;
  /**
   * The new token; `undefined` when a token existed or was given. The caller shows it to the user after the daemon has
   * started, then calls `keep`, which stores its hash.
   */
  readonly created: { readonly token: string; readonly keep: () => Promise<void> } | undefined;
}

/**
 * Opens the secret of a state folder. It verifies `token` when it is given, otherwise the stored token, otherwise a new
 * token. Only the hash of a token is stored. When the file is damaged, a new token replaces it. Rejects with InputError
 * `daemon.token` for an invalid token.
 */
export async function openSecret(stateDir: string, token: string | undefined): Promise<OpenedSecret> {
  const path = join(stateDir, "token.json");
  // Only the daemon's user may read the folder, also when another program has created it.
  await chmod(stateDir, 0o700);
  await chmod(path, 0o600).catch(() => undefined);
  const stored = record.safeParse(
    await nodeFiles.readAll(path, MAX_TOKEN_BYTES).then(
      (bytes) => parse(utf8Decode(bytes)),
      () => undefined,
    ),
  );
  if (token !== undefined && token !== "") {
    if (!TOKEN.test(token))
      throw new InputError(
        "daemon.token",
        "MILLRACE_TOKEN must have 8 to 256 letters, digits and signs of ASCII, without spaces",
      );
    // The same one as before keeps its hash, and with it the logins.
    if (stored.success && (await new Secret(stored.data).verify(token)))
      return { secret: new Secret(stored.data, token), created: undefined };
    const chosen = await hashToken(token);
    await store(path, chosen);
    return { secret: new Secret(chosen, token), created: undefined };
  }
  if (stored.success) return { secret: new Secret(stored.data), created: undefined };
  const made = await createSecret();
  return {
    secret: new Secret(made.record, made.token),
    created: { token: made.token, keep: () => store(path, made.record) },
  };
}

/**
 * Writes the hash of the token. The file is replaced atomically, and only the user who runs the daemon can read it.
 */
async function store(path: string, secret: SecretRecord): Promise<void> {
  const fresh = `${path}.new`;
  // Whatever has that name is no file that is being written: one daemon has the folder.
  await unlink(fresh).catch(() => undefined);
  const file = await open(fresh, "wx", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify(secret)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
