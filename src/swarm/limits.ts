/** Bounds and time-outs of a swarm. Listed in docs/limits.md. */

/** Maximum of queued requests of a peer; announced as `reqq` (BEP 10). */
export const MAX_QUEUED_REQUESTS = 2_000;

/** Bytes: the maximum length of a block that is sent or accepted. */
export { MAX_BLOCK_LENGTH } from "../wire/index.ts";

/**
 * Maximum of cancels without a matching request, beyond the number of the peer's requests. With more the peer is
 * disconnected, since each costs a search of its queue.
 */
export const MAX_UNMATCHED_CANCELS = 4_000;

/** Outstanding requests to a peer whose rate is not known yet. */
export const MIN_PIPELINE = 16;

/** Maximum of outstanding requests to a peer (fewer when its `reqq` is lower). */
export const MAX_PIPELINE = 512;

/** Maximum of outstanding requests to a peer that sent no `reqq`: the number that old clients accept. */
export const DEFAULT_PIPELINE_LIMIT = 250;

/**
 * Milliseconds of transfer that the outstanding requests to a peer cover: longer than any round trip, short enough for
 * end game.
 */
export const PIPELINE_MS = 1_000;

/** Milliseconds without a block after which the requests to a peer are cancelled and sent to other peers. */
export const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Milliseconds after which a block that was requested from several peers may be requested from any other (end game).
 */
export const END_GAME_TIMEOUT_MS = 2_000;

/**
 * Maximum of outstanding requests for such late blocks to a peer that has not sent any block yet: enough to find out
 * whether it sends blocks.
 */
export const UNPROVED_REQUESTS = 4;

/**
 * Milliseconds that a source has, in addition to {@link SUSPECT_MS_PER_BLOCK}, to send a piece that failed its hash
 * check. Then another source gets its turn.
 */
export const SUSPECT_MS = 10_000;

/**
 * Milliseconds for each block of such a piece, added to {@link SUSPECT_MS}: 1 MiB/s. For sources that send blocks, both
 * times double after each round in which every peer had its turn, at most {@link MAX_SUSPECT_ROUNDS} times.
 */
export const SUSPECT_MS_PER_BLOCK = 16;

/**
 * Maximum of times that the time for a turn doubles: a peer that connects during the turn of a slow peer waits some
 * minutes at most.
 */
export const MAX_SUSPECT_ROUNDS = 3;

/**
 * Milliseconds without a block after which a peer counts as snubbing, if it has unchoked us and has requests (BEP 3).
 */
export const SNUB_MS = 60_000;

/** Milliseconds of silence before a keep-alive is sent (BEP 3: two minutes). */
export const KEEP_ALIVE_MS = 110_000;

/** Milliseconds without any message after which a peer is disconnected. */
export const SILENCE_MS = 180_000;

/** Milliseconds between two rounds of choking (BEP 3). */
export const CHOKE_INTERVAL_MS = 10_000;

/** Rounds of choking between two changes of the optimistic unchoke (BEP 3: 30 s). */
export const OPTIMISTIC_ROUNDS = 3;

/** Maximum of bytes of a torrent's pieces in progress that are kept in memory; one piece may always be. */
export const ASSEMBLY_BYTES = 64 * 1024 * 1024;

/**
 * Maximum of bytes of pieces in progress of all torrents of a client together. In addition, each torrent may have one
 * piece of up to {@link MAX_SURE_PIECE_BYTES}.
 */
export const TOTAL_ASSEMBLY_BYTES = 512 * 1024 * 1024;

/**
 * Milliseconds without a block after which the memory of a piece is freed, when it has no outstanding requests and all
 * its blocks are on disk.
 */
export const UNLOAD_AFTER_MS = 10_000;

/**
 * Bytes: a torrent may always have one piece of up to this length in memory. Longer pieces of several torrents have to
 * wait for each other.
 */
export const MAX_SURE_PIECE_BYTES = 16 * 1024 * 1024;

/** Maximum of bytes of adjacent finished pieces that are written with one call. */
export const WRITE_RUN_BYTES = 8 * 1024 * 1024;

/**
 * Bytes of a run of neighbouring pieces: a peer downloads them in order when they are equally rare, so that adjacent
 * pieces are written, and later read, with one call. A torrent of less than 64 times this size has shorter runs, so
 * that peers have different pieces.
 */
export const EXTENT_BYTES = 4 * 1024 * 1024;

/** Bytes of a run for a peer whose speed is not known yet. A run is read from disk and sent with one write. */
export const UPLOAD_RUN_BYTES = 256 * 1024;

/** Bytes of a run for a slow peer: a short run uses less memory, and a choke takes effect sooner. */
export const MIN_UPLOAD_RUN_BYTES = 64 * 1024;

/** Bytes of a run for a fast peer: a long run needs fewer system calls. */
export const MAX_UPLOAD_RUN_BYTES = 1024 * 1024;

/**
 * Maximum of bytes of a run while more than {@link SHARED_UPLOAD_BYTES} are in use: the bytes then stay in the
 * processor's cache from the read to the write.
 */
export const SHARED_UPLOAD_RUN_BYTES = 512 * 1024;

/** Bytes of runs being read or sent, to all peers of a torrent, above which runs are shorter. */
export const SHARED_UPLOAD_BYTES = 4 * 1024 * 1024;

/**
 * Maximum of concurrent reads for the uploads of a torrent: with more, threads only wait for each other when the files
 * are in the system's cache.
 */
export const UPLOAD_READS = 2;

/** Maximum of bytes of buffers that are kept for reuse by later uploads. */
export const UPLOAD_SPARE_BYTES = 8 * 1024 * 1024;

/**
 * Bytes queued on a connection above which the connection is not read: a peer that sends requests and does not read the
 * replies cannot fill memory.
 */
export const OUTBOX_HIGH_WATER = 2 * 1024 * 1024;

/**
 * Milliseconds without a byte of a partly received block after which the block may be received from another peer (end
 * game).
 */
export const STALLED_BLOCK_MS = 2_000;

/** Size of the allowed-fast set (BEP 6): pieces that a choked peer may request. */
export const ALLOWED_FAST = 10;

/** Maximum of `have` messages of a peer that are remembered while the metadata is not known. */
export const MAX_EARLY_HAVES = 10_000;

/** Maximum of peers that one torrent dials at the same time. */
export const MAX_DIALING = 20;

/** Maximum of connected peers of a torrent at one public address (IPv6: in one /64). */
export const MAX_PEERS_PER_ADDRESS = 8;

/** Maximum of connected peers of a torrent in one public network (IPv4 /24, IPv6 /48). */
export const MAX_PEERS_PER_NETWORK = 32;

/**
 * Maximum of connected peers of a torrent at one private or loopback address, or half of the torrent's maximum of peers
 * if that is more: many peers may share such an address.
 */
export const MIN_SHARED_PEERS = 10;

/**
 * Milliseconds after which a peer may be disconnected in favour of a new peer, when neither side is interested in the
 * other.
 */
export const USELESS_MS = 5_000;

/**
 * Milliseconds without a block in either direction after which a peer may be replaced by a new peer that has a higher
 * priority (BEP 40), or that is from a network with fewer peers.
 */
export const IDLE_MS = 120_000;

/** Protocol errors from one address after which it is banned. */
export const MAX_OFFENCES = 3;

/**
 * Maximum of blocks whose digests are kept to find the peers that sent bad data. The blocks are those of pieces that
 * failed the hash check.
 */
export const MAX_EVIDENCE_BLOCKS = 8_192;

/** Milliseconds between two attempts to write again after the disk was full. */
export const DISK_RETRY_MS = 5_000;

/**
 * Maximum of pieces that are withdrawn from a peer one by one (`lt_donthave`, BEP 54); with more pieces, a new
 * connection is cheaper.
 */
export const MAX_DONT_HAVES = 2_000;

/**
 * Messages that a peer may send free, that is, before their processing time is charged. Unused free messages accumulate
 * up to this number. Blocks are always free.
 */
export const FREE_MESSAGES = 1_000;

/** Bytes of a long message that count as one more message. */
export const MESSAGE_BYTES = 256;

/** Number of messages that an extended message counts as, since it contains bencoded data. */
export const EXTENDED_MESSAGES = 8;

/** Bytes of an extended message that count as one more message. */
export const EXTENDED_MESSAGE_BYTES = 32;

/** Maximum of milliseconds that are charged at a time: a time during which the process was suspended is not charged. */
export const MAX_COUNTED_MS = 100;

/** Free messages that a peer gains with each block sent or received; one of them is the request. */
export const MESSAGES_PER_BLOCK = 4;

/** Free messages that a peer gains each second. */
export const MESSAGES_PER_SECOND = 20;

/**
 * Milliseconds of each second for processing messages beyond the free ones, of all peers together. When this time is
 * spent, further messages wait without being read.
 */
export const WORK_MS_PER_SECOND = 100;

/** Maximum of milliseconds for which such messages are processed without a pause. */
export const WORK_BURST_MS = 3;

/** Maximum of bytes of metadata sent each second, to all peers of a client together. */
export const METADATA_BYTES_PER_SECOND = 4 * 1024 * 1024;

/** Milliseconds between two peer exchange messages to one peer (BEP 11: one a minute). */
export const PEX_INTERVAL_MS = 60_000;

/**
 * Milliseconds after a peer exchange message during which further messages of the same peer are ignored. Peers send one
 * a minute, but when one is late, the next may follow in less. The first message does not count, since some clients
 * count the minutes from the connection.
 */
export const PEX_READ_MS = 50_000;

/**
 * Successive ignored peer exchange messages after which a peer is the first to be disconnected in favour of a new peer.
 */
export const MAX_EARLY_PEX = 20;

/** Maximum of queued requests for metadata of one peer (4 MiB of metadata); further requests are rejected. */
export const MAX_METADATA_QUEUE = 256;

/** Bytes queued on a connection above which no metadata is sent on it. */
export const METADATA_OUTBOX_BYTES = 256 * 1024;

/**
 * Maximum of bytes of blocks that a peer may send beyond twice the bytes requested: duplicates, and blocks whose
 * requests were cancelled.
 */
export const UNASKED_BYTES = 1024 * 1024;

/**
 * Maximum of bytes of incomplete or waiting messages of all peers together. Beyond it, the peers whose messages use
 * most are disconnected.
 */
export const HELD_BYTES = 32 * 1024 * 1024;
