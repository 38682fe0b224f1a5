import { open, readFile, stat } from "node:fs/promises";
import { errorCode, fromHex, InputError, StorageError, toError, toHex } from "../../../base/index.ts";
import type { Random } from "../../../runtime/index.ts";

/** The number of bytes of the secret from which a key is made (ed25519). */
const SEED_LENGTH = 32;
/** The maximum number of bytes that are read of a key file. */
const MAX_LENGTH = 1_000;

/**
 * Reads the secret of a mutable item's key from a file of 64 hexadecimal digits. When there is no such file, makes a
 * new secret and writes it to a file that only the user can read (mode 600). Rejects with InputError `dht.key-file`, or
 * StorageError `storage.failed`.
 */
export async function readKeyFile(
  path: string,
  random: Random,
): Promise<{ readonly seed: Uint8Array; readonly isNew: boolean }> {
  try {
    const { size } = await stat(path);
    const seed = size > MAX_LENGTH ? undefined : fromHex((await readFile(path, "utf8")).trim());
    if (seed?.length === SEED_LENGTH) return { seed, isNew: false };
    throw new InputError("dht.key-file", `the key file ${path} must have 64 hexadecimal digits; name another file`);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw asStorageError(error, "read", path);
  }
  const seed = random.bytes(SEED_LENGTH);
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(`${toHex(seed)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asStorageError(error, "write", path);
  }
  return { seed, isNew: true };
}

function asStorageError(error: unknown, verb: string, path: string): Error {
  if (error instanceof InputError) return error;
  return new StorageError("storage.failed", `cannot ${verb} the key file ${path}: ${toError(error).message}`, {
    cause: error,
  });
}
