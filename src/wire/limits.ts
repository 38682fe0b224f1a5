/** Limits of the memory that a peer can make Millrace use. Listed in docs/limits.md. */

/**
 * The maximum value of a length prefix in bytes, 1 MiB: far above every message in use (16 KiB blocks, 64 KiB hashes),
 * far below a size that exhausts memory. Only the bitfield of a large torrent may be longer.
 */
export const MAX_FRAME_LENGTH = 1_048_576;

/**
 * The maximum length in bytes, 128 KiB, of messages that the engine accepts, except bitfields and blocks. The longest
 * one in use has 64 KiB (an unusual extended handshake).
 */
export const MAX_SMALL_FRAME_LENGTH = 131_072;

/**
 * The maximum length of a block that is sent or accepted, in bytes, 128 KiB. Clients request 16 KiB; a few old ones 32
 * or 128 KiB.
 */
export const MAX_BLOCK_LENGTH = 131_072;

/**
 * The maximum length of an info dictionary fetched from peers (BEP 9), in bytes, 32 MiB: the same as for a torrent
 * file.
 */
export const MAX_METADATA_LENGTH = 33_554_432;

/**
 * The maximum length of an extended handshake (BEP 10) that is decoded, in bytes, 64 KiB. Real ones have about 200
 * bytes.
 */
export const MAX_EXTENDED_HANDSHAKE_LENGTH = 65_536;

/** The maximum number of extensions of a peer: their message ids are 1 to 255. */
export const MAX_EXTENSIONS = 255;

/** The maximum length in bytes of an extension name that is kept. The longest in use has 16. */
export const MAX_EXTENSION_NAME_LENGTH = 64;

/**
 * The maximum length in bytes of a peer's client name (`v`); the rest is cut off. The name is shown on screens and in
 * logs.
 */
export const MAX_CLIENT_NAME_LENGTH = 128;

/** The maximum value of `reqq`, a number of requests; a higher one is lowered to this. Clients send 250 to 2,000. */
export const MAX_REQUEST_QUEUE = 65_535;

/**
 * The maximum number of times that a connection may fetch the whole metadata; then its requests are rejected (flood
 * protection of BEP 9).
 */
export const METADATA_SERVE_FACTOR = 3;

/**
 * The maximum number of concurrent attempts to assemble metadata. Peers may claim different sizes of the metadata, and
 * each attempt is for one size. An attempt holds only bytes that peers have sent, at most {@link MAX_METADATA_LENGTH}.
 */
export const MAX_METADATA_ATTEMPTS = 4;

/**
 * The time, in milliseconds, after which a waiting attempt may replace a running attempt to assemble metadata.
 * {@link METADATA_ATTEMPT_MS_PER_PIECE} is added for each piece that has arrived. Attempts wait when
 * {@link MAX_METADATA_ATTEMPTS} run.
 */
export const METADATA_ATTEMPT_BASE_MS = 30_000;
/**
 * The time, in milliseconds, that is added to {@link METADATA_ATTEMPT_BASE_MS} for each metadata piece that arrives.
 */
export const METADATA_ATTEMPT_MS_PER_PIECE = 500;

/**
 * The maximum number of metadata requests to one peer without a reply: few enough for the peer's flood protection (BEP
 * 9).
 */
export const MAX_METADATA_REQUESTS_PER_PEER = 4;

/**
 * The minimum time, in milliseconds, between two metadata requests to a peer that has not replied to the first: long
 * enough for the peer to have sent the reply. rtorrent never replies to a second request that arrives while it sends
 * the reply to the first; Transmission collects requests and replies every three seconds.
 */
export const METADATA_PACE_MS = 500;

/**
 * The maximum time, in milliseconds, for the reply to a metadata request. Then the piece is requested from another
 * peer.
 */
export const METADATA_REQUEST_TIMEOUT_MS = 15_000;

/** The time, in milliseconds, for which a peer gets no metadata requests after it rejected one or did not reply. */
export const METADATA_RETRY_MS = 30_000;

/**
 * The maximum number of added peers, and of dropped peers, of each IP family that are read from a `ut_pex` message. BEP
 * 11 allows 50.
 */
export const MAX_PEX_PEERS = 50;

/** The maximum number of bencoded values in the header of an extension message. Real ones have a few dozen. */
export const MAX_EXTENSION_TOKENS = 1_024;

/** The maximum depth of nested lists and dictionaries in an extension message. */
export const MAX_EXTENSION_DEPTH = 16;

/**
 * The maximum number of pieces in an allowed-fast set. BEP 6 recommends 10; with many more, choked peers could download
 * the torrent.
 */
export const MAX_ALLOWED_FAST = 64;
