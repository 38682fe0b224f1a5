/** Limits of the memory that a peer can make Millrace use. Listed in docs/limits.md. */

/**
 * The largest length prefix accepted, in bytes: 1 MiB. Far above every message in use (16 KiB blocks, 64 KiB hashes),
 * far below the size that would exhaust memory. Only the bitfield of a large torrent may be longer.
 */
export const MAX_FRAME_LENGTH = 1_048_576;

/**
 * Bytes, 128 KiB: the largest message that the engine accepts, bitfields and blocks excepted. The longest in use has 64
 * KiB (a bad extended handshake); a longer one only fills memory while it arrives.
 */
export const MAX_SMALL_FRAME_LENGTH = 131_072;

/** Bytes, 128 KiB: the largest block sent or taken. Clients request 16 KiB; a few old ones 32 or 128 KiB. */
export const MAX_BLOCK_LENGTH = 131_072;

/** Bytes, 32 MiB: the largest info dictionary fetched from peers (BEP 9), the same as for a torrent file. */
export const MAX_METADATA_LENGTH = 33_554_432;

/** Bytes, 64 KiB: the largest extended handshake (BEP 10) read. Real ones have about 200 bytes. */
export const MAX_EXTENDED_HANDSHAKE_LENGTH = 65_536;

/** Extensions that one peer may name: their message ids are 1 to 255. */
export const MAX_EXTENSIONS = 255;

/** Bytes: the longest extension name that is kept. The longest in use has 16. */
export const MAX_EXTENSION_NAME_LENGTH = 64;

/** Bytes: how much of a peer's client name (`v`) is kept. It ends up on screens and in logs. */
export const MAX_CLIENT_NAME_LENGTH = 128;

/**
 * Requests: the largest `reqq` that counts. Clients send 250 to 2,000; a huge one would only make Millrace flood the
 * peer.
 */
export const MAX_REQUEST_QUEUE = 65_535;

/**
 * The number of times that a connection may fetch the whole metadata before its requests are rejected (BEP 9 flood
 * protection).
 */
export const METADATA_SERVE_FACTOR = 3;

/**
 * Attempts to assemble the metadata at the same time, over all sizes that peers claim. Each holds only bytes that peers
 * have sent, at most {@link MAX_METADATA_LENGTH}.
 */
export const MAX_METADATA_ATTEMPTS = 4;

/**
 * Milliseconds after which a waiting attempt may replace this one: half a minute, and more for each piece that arrives.
 */
export const METADATA_ATTEMPT_BASE_MS = 30_000;
/** Milliseconds added for each piece of the metadata. */
export const METADATA_ATTEMPT_MS_PER_PIECE = 500;

/** Metadata requests awaiting a reply from one peer, at most: few enough for flood protection (BEP 9). */
export const MAX_METADATA_REQUESTS_PER_PEER = 4;

/**
 * Milliseconds between two requests for metadata to a peer that has not replied to the first: long enough for it to
 * have sent the reply. rtorrent replies to the first of two that arrive together, and to none after it; Transmission
 * gathers them and replies every three seconds.
 */
export const METADATA_PACE_MS = 500;

/**
 * Milliseconds: how long a metadata request may stay unanswered before this peer is disconnected and the piece is
 * requested from another one.
 */
export const METADATA_REQUEST_TIMEOUT_MS = 15_000;

/** Milliseconds: how long a peer that rejected or timed out is left alone before it is asked for metadata again. */
export const METADATA_RETRY_MS = 30_000;

/**
 * Peers that a `ut_pex` message adds, and as many that it drops, of each IP family; further ones are ignored. BEP 11
 * allows 50.
 */
export const MAX_PEX_PEERS = 50;

/** Bencoded values in the header of an extension message, at most. Real ones have a few dozen. */
export const MAX_EXTENSION_TOKENS = 1_024;

/** Bencoded containers within each other in an extension message, at most. */
export const MAX_EXTENSION_DEPTH = 16;

/** Pieces an allowed-fast set has at most: BEP 6 recommends 10; more would serve a torrent to choked peers. */
export const MAX_ALLOWED_FAST = 64;
