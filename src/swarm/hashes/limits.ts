/** Bounds and time-outs of the exchange of hashes (BEP 52). Listed in docs/limits.md. */

/** The maximum number of hashes that one message requests: about 64 KiB (BEP 52 allows 512 in most cases). */
export const MAX_HASHES = 2_048;

/** The number of hashes of a piece layer that this client requests at once: the most that BEP 52 recommends. */
export const LAYER_HASHES = 512;

/** The maximum number of a peer's hash requests that wait for the disk; further ones are rejected. */
export const MAX_QUEUED_HASH_REQUESTS = 32;

/** The maximum number of pieces that are read and hashed at the same time to answer hash requests. */
export const MAX_HASHING_PIECES = 2;

/**
 * The number of pieces whose block hashes are kept after a request for them, and the most hashes that such a piece
 * has.
 */
export const KEPT_LEAF_PIECES = 64;
/** The maximum number of block hashes of a piece that are kept: 32 KiB for a piece of 16 MiB. */
export const MAX_KEPT_LEAVES = 1_024;

/** The maximum number of files whose merkle trees are kept to prove hashes of their piece layers. */
export const KEPT_TREES = 4;

/** The maximum number of hash requests to one peer without a reply. */
export const MAX_HASH_REQUESTS = 4;

/** The time, in milliseconds, after which hashes are requested from another peer. libtorrent waits as long. */
export const HASH_REQUEST_TIMEOUT_MS = 3_000;

/**
 * The time, in milliseconds, after which the hashes of a piece layer are requested again from peers that rejected it.
 */
export const HASH_RETRY_MS = 10_000;

/** The number of outstanding requests to a peer of a v2 torrent until one of its blocks was verified. */
export const TRIAL_REQUESTS = 2;
