/** The two hash functions of BitTorrent: SHA-1 for v1 (BEP 3), SHA-256 for v2 (BEP 52). */
export type HashAlgorithm = "sha1" | "sha256";

/** A hasher that returns digests synchronously: the `hasher` of a runtime, or any object with this method. */
export interface SyncHasher {
  /** Returns the digest of `bytes`: 20 bytes for `"sha1"`, 32 for `"sha256"`. */
  digestSync(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array;
}
