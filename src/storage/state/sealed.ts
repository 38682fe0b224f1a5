import { concatBytes, equalBytes, StorageError, utf8, utf8Decode } from "../../base/index.ts";
import { asBytes, asDict, asInt, decode, encode, type BDict, type BInput } from "../../bencode/index.ts";
import type { HashAlgorithm, Hasher } from "../../runtime/index.ts";
import { MAX_RESUME_BYTES } from "../limits.ts";

/**
 * The first bytes of a state file with a checksum. A file of version 1 has neither these bytes nor a checksum: it is
 * the dictionary alone.
 */
const MAGIC = utf8("MRS2");
/** The algorithm of the checksum (20 bytes) that detects damage. */
const CHECKSUM: HashAlgorithm = "sha1";
const CHECKSUM_LENGTH = 20;
const HEADER_LENGTH = MAGIC.length + CHECKSUM_LENGTH;
const VERSION = 2;
const UNSEALED_VERSION = 1;

/**
 * The contents of a state file. `isSealed` is `false` for a file of version 1, which has no checksum: its pieces and
 * stamps are not used.
 */
export interface Unsealed {
  readonly dict: BDict;
  readonly isSealed: boolean;
}

/**
 * Encodes a state file with a checksum and the torrent's info-hash:
 *
 *     "MRS2"  SHA-1 of the dictionary (20 bytes)  dictionary, with "info-hash" and "version" in it
 *
 * The checksum does not protect against a program that forges state files: such a program could change the data as
 * well.
 */
export function seal(
  hasher: Pick<Hasher, "digestSync">,
  id: string,
  fields: { readonly [key: string]: BInput | undefined },
): Uint8Array {
  const body = encode({ ...fields, "info-hash": id, version: VERSION });
  return concatBytes([MAGIC, hasher.digestSync(CHECKSUM, body), body]);
}

/**
 * Decodes a state file. Throws StorageError `storage.damaged-state`, or `storage.foreign-state` for the state of
 * another torrent.
 */
export function unseal(hasher: Pick<Hasher, "digestSync">, id: string, bytes: Uint8Array, path: string): Unsealed {
  const isSealed = bytes.length > HEADER_LENGTH && equalBytes(bytes.subarray(0, MAGIC.length), MAGIC);
  const body = isSealed ? bytes.subarray(HEADER_LENGTH) : bytes;
  if (isSealed && !equalBytes(bytes.subarray(MAGIC.length, HEADER_LENGTH), hasher.digestSync(CHECKSUM, body)))
    throw damaged(path);
  let dict: BDict | undefined;
  try {
    dict = asDict(decode(body, { maxLength: MAX_RESUME_BYTES }));
  } catch (error) {
    throw damaged(path, error);
  }
  const version = asInt(dict?.get("version"));
  if (dict === undefined || version !== (isSealed ? VERSION : UNSEALED_VERSION)) throw damaged(path);
  if (!isSealed) return { dict, isSealed };
  const owner = asBytes(dict.get("info-hash"));
  if (owner !== undefined && utf8Decode(owner) === id) return { dict, isSealed };
  throw new StorageError(
    "storage.foreign-state",
    `${path} is the state of another torrent: the data is checked instead`,
    { fields: { path } },
  );
}

/** Returns the error for a damaged state file. */
export function damaged(path: string, cause?: unknown): StorageError {
  return new StorageError("storage.damaged-state", `${path} is damaged: the data is checked instead`, {
    fields: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
