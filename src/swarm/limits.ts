/** Bounds and time-outs of a swarm. Listed in docs/limits.md. */

/** The maximum number of a peer's requests that are queued; announced to the peer as `reqq` (BEP 10). */
export const MAX_QUEUED_REQUESTS = 2_000;

/** The maximum length in bytes of a block that is sent or accepted. */
export { MAX_BLOCK_LENGTH } from "../wire/index.ts";

/**
 * The maximum number of `cancel` messages without a matching request that a peer may send. Each request that the peer
 * sends restores one of them. A peer that sends more is disconnected, because each cancel costs a search of the peer's
 * queue.
 */
export const MAX_UNMATCHED_CANCELS = 4_000;

/** The number of outstanding requests to a peer at first, while its rate is not known yet. */
export const MIN_PIPELINE = 16;

/** The number of pieces that super-seeding offers to a peer at once: one to fetch, and the next (BEP 16). */
export const MAX_SUPER_SEED_OFFERS = 2;

/** The time, in milliseconds, without a new piece after which super-seeding offers a peer a piece that others have. */
export const SUPER_SEED_STUCK_MS = 60_000;

/** The maximum number of outstanding requests to a peer (fewer when its `reqq` is lower). */
export const MAX_PIPELINE = 512;

/** The maximum number of outstanding requests to a peer that sent no `reqq`: the number that old clients accept. */
export const DEFAULT_PIPELINE_LIMIT = 250;

/**
 * The time, in milliseconds, that a peer should need to send the blocks of all outstanding requests to it. The number
 * of requests is set to fit this time at the peer's rate. The time is longer than any round trip, and short enough for
 * end game.
 */
export const PIPELINE_MS = 1_000;

/**
 * The time, in milliseconds, without a block after which the requests to a peer are cancelled and sent to other peers.
 */
export const REQUEST_TIMEOUT_MS = 30_000;

/**
 * The age, in milliseconds, of a request in end game after which its block may be requested from any further source.
 * Before that, the number of sources with a request for the same block is limited.
 */
export const END_GAME_TIMEOUT_MS = 2_000;

/**
 * The maximum number of outstanding requests for blocks in end game to a peer that has not sent any block yet: enough
 * to find out whether it sends blocks.
 */
export const UNPROVED_REQUESTS = 4;

/**
 * The time, in milliseconds, in which a source must send a piece again that failed its hash check;
 * {@link SUSPECT_MS_PER_BLOCK} is added for each block of the piece. After this time, the piece is requested from
 * another source.
 */
export const SUSPECT_MS = 10_000;

/**
 * The time, in milliseconds, that is added to {@link SUSPECT_MS} for each block of the piece: 16 ms for 16 KiB is 1
 * MiB/s. When every source has been tried without success, a new round begins, in which a source that sends blocks has
 * twice the time; see {@link MAX_SUSPECT_ROUNDS}.
 */
export const SUSPECT_MS_PER_BLOCK = 16;

/**
 * The maximum number of times that the time for one source doubles. Without this limit, a fast source that connects
 * while a slow one is being tried would wait too long.
 */
export const MAX_SUSPECT_ROUNDS = 3;

/**
 * The time, in milliseconds, without a block after which a peer counts as snubbing (BEP 3), if it has unchoked this
 * client and has outstanding requests.
 */
export const SNUB_MS = 60_000;

/** The time, in milliseconds, without a sent message after which a keep-alive is sent (BEP 3: two minutes). */
export const KEEP_ALIVE_MS = 110_000;

/** The time, in milliseconds, without any message after which a peer is disconnected. */
export const SILENCE_MS = 180_000;

/** The time, in milliseconds, between two rounds of choking (BEP 3). */
export const CHOKE_INTERVAL_MS = 10_000;

/** The number of rounds of choking between two changes of the optimistic unchoke (BEP 3: 30 s). */
export const OPTIMISTIC_ROUNDS = 3;

/**
 * The maximum number of bytes of a torrent's pieces in progress that are kept in memory. A single piece is kept even if
 * it is longer.
 */
export const ASSEMBLY_BYTES = 64 * 1024 * 1024;

/**
 * The maximum number of bytes of pieces in progress of all torrents of a client together. In addition, each torrent may
 * have one piece of up to {@link MAX_SURE_PIECE_BYTES}.
 */
export const TOTAL_ASSEMBLY_BYTES = 512 * 1024 * 1024;

/**
 * The time, in milliseconds, without a new block after which the memory of a piece is freed, when it has no outstanding
 * requests and all its blocks are on disk.
 */
export const UNLOAD_AFTER_MS = 10_000;

/**
 * The maximum length in bytes of the one piece that a torrent may always have in memory, even when the memory that all
 * torrents share is in use. A torrent with longer pieces has to wait until other torrents free memory.
 */
export const MAX_SURE_PIECE_BYTES = 16 * 1024 * 1024;

/** The maximum number of bytes of adjacent finished pieces that are written with one call. */
export const WRITE_RUN_BYTES = 8 * 1024 * 1024;

/**
 * The length in bytes of a run of neighbouring pieces. A peer downloads the pieces of a run in order when they are
 * equally rare, so that adjacent pieces are written, and later read, with one call. A torrent of less than 64 times
 * this size has shorter runs, so that peers have different pieces.
 */
export const EXTENT_BYTES = 4 * 1024 * 1024;

/**
 * The number of bytes of requested blocks that are read from disk and sent together (a run), for a peer whose speed is
 * not known yet.
 */
export const UPLOAD_RUN_BYTES = 256 * 1024;

/**
 * The minimum number of bytes in a run, for a slow peer: a short run uses less memory, and a choke takes effect sooner.
 */
export const MIN_UPLOAD_RUN_BYTES = 64 * 1024;

/** The maximum number of bytes in a run, for a fast peer: a long run needs fewer system calls. */
export const MAX_UPLOAD_RUN_BYTES = 1024 * 1024;

/**
 * The maximum number of bytes in a run while more than {@link SHARED_UPLOAD_BYTES} are being read or sent. It is lower
 * then, so that the bytes stay in the processor's cache from the read to the write.
 */
export const SHARED_UPLOAD_RUN_BYTES = 512 * 1024;

/**
 * The number of bytes that are being read or sent, to all peers of a torrent together, above which runs are limited to
 * {@link SHARED_UPLOAD_RUN_BYTES}.
 */
export const SHARED_UPLOAD_BYTES = 4 * 1024 * 1024;

/**
 * The maximum number of concurrent reads for the uploads of a torrent. With more reads, threads wait for each other
 * when the files are in the system's cache.
 */
export const UPLOAD_READS = 2;

/** The maximum number of bytes of buffers that are kept for reuse by later uploads. */
export const UPLOAD_SPARE_BYTES = 8 * 1024 * 1024;

/**
 * The number of bytes queued on a connection above which nothing is read from it, so that a peer that sends requests
 * and does not read the replies cannot fill the memory.
 */
export const OUTBOX_HIGH_WATER = 2 * 1024 * 1024;

/**
 * The time, in milliseconds, without any byte of a partly received block after which the block may be received from
 * another peer (end game).
 */
export const STALLED_BLOCK_MS = 2_000;

/** The number of pieces in the allowed-fast set (BEP 6), which a choked peer may request. */
export const ALLOWED_FAST = 10;

/** The maximum number of `have` messages of a peer that are remembered while the metadata is not known. */
export const MAX_EARLY_HAVES = 10_000;

/** The maximum number of peers that one torrent dials at the same time. */
export const MAX_DIALING = 20;

/** The maximum number of connected peers of a torrent at one public address (IPv6: in one /64). */
export const MAX_PEERS_PER_ADDRESS = 8;

/** The maximum number of connected peers of a torrent in one public network (IPv4 /24, IPv6 /48). */
export const MAX_PEERS_PER_NETWORK = 32;

/**
 * The lower bound of the maximum number of connected peers of a torrent at one private or loopback address. The maximum
 * is half of the torrent's maximum of peers, if that is more, because many peers may share such an address.
 */
export const MIN_SHARED_PEERS = 10;

/**
 * The time, in milliseconds, after which a connection without any block may be closed to make room for a new one, when
 * neither side is interested in the other. After the same time without a block, a new connection from the same address
 * with the same peer id replaces the connection.
 */
export const USELESS_MS = 5_000;

/**
 * The time, in milliseconds, without a block in either direction after which a peer may be replaced by a new peer that
 * has a higher priority (BEP 40) or is from a network with fewer peers.
 */
export const IDLE_MS = 120_000;

/** The number of protocol errors from one address after which it is banned. */
export const MAX_OFFENCES = 3;

/**
 * The maximum number of blocks whose digests are kept to find the peers that sent bad data. The blocks are those of
 * pieces that failed the hash check.
 */
export const MAX_EVIDENCE_BLOCKS = 8_192;

/** The time, in milliseconds, between two attempts to write again after the disk was full. */
export const DISK_RETRY_MS = 5_000;

/**
 * The maximum number of pieces that are withdrawn from a peer one by one (`lt_donthave`, BEP 54). For more pieces the
 * peer is disconnected instead, because a new connection with a new bitfield takes less traffic.
 */
export const MAX_DONT_HAVES = 2_000;

/**
 * The maximum number of free messages that a peer can save up. A free message is processed at once, without using up
 * the limited processing time ({@link WORK_MS_PER_SECOND}). Messages with blocks are always free.
 */
export const FREE_MESSAGES = 1_000;

/** A long message counts as one further message for each of this number of its bytes. */
export const MESSAGE_BYTES = 256;

/** The number of messages that an extended message counts as, because bencoded data takes time to decode. */
export const EXTENDED_MESSAGES = 8;

/** An extended message counts as one further message for each of this number of its bytes. */
export const EXTENDED_MESSAGE_BYTES = 32;

/**
 * The maximum processing time, in milliseconds, that is charged in one step. A longer time means that the process was
 * suspended meanwhile, and the peer is not charged for that.
 */
export const MAX_COUNTED_MS = 100;

/**
 * The number of free messages that a peer gains with each block sent or received. One of them pays for the request of
 * the block.
 */
export const MESSAGES_PER_BLOCK = 4;

/** The number of free messages that a peer gains each second. */
export const MESSAGES_PER_SECOND = 20;

/**
 * The processing time, in milliseconds in each second, for the messages of all peers together, except free messages.
 * When it is spent, further messages wait without being read.
 */
export const WORK_MS_PER_SECOND = 100;

/**
 * The maximum time, in milliseconds, for which messages are processed without a pause. Free messages are not counted.
 */
export const WORK_BURST_MS = 3;

/** The maximum number of bytes of metadata sent each second, to all peers of a client together. */
export const METADATA_BYTES_PER_SECOND = 4 * 1024 * 1024;

/** The time, in milliseconds, between two peer exchange messages to one peer (BEP 11: one a minute). */
export const PEX_INTERVAL_MS = 60_000;

/**
 * The time, in milliseconds, after a peer exchange message during which further messages of the same peer are ignored.
 * It is less than the minute between two messages, because a message that follows a delayed one arrives sooner. The
 * first message of a peer does not start this time, because some clients count the minutes from the connection.
 */
export const PEX_READ_MS = 50_000;

/**
 * The number of successive ignored peer exchange messages after which a peer is the first one to be disconnected when a
 * new peer needs its place.
 */
export const MAX_EARLY_PEX = 20;

/** The maximum number of peers that are remembered of the peer exchange messages of one peer, the latest ones. */
export const MAX_PEX_HEARD = 200;

/**
 * The number of holepunch messages (BEP 55) of one peer that are handled in a second. Each may make this client send
 * datagrams to an address that the peer chooses.
 */
export const HOLEPUNCH_PER_SECOND = 0.5;

/** The number of holepunch messages of one peer that are handled at once. */
export const HOLEPUNCH_BURST = 20;

/** The minimum time, in milliseconds, between two requests for a rendezvous with one peer (BEP 55). */
export const HOLEPUNCH_AGAIN_MS = 5 * 60_000;

/** The maximum number of peers of which the time of the last request for a rendezvous is remembered. */
export const MAX_HOLEPUNCHED = 1_000;

/**
 * The time, in milliseconds, after a connection was made during which the peer's own connection to this client counts
 * as made at the same time: both sides then keep the same one of the two.
 */
export const CROSSING_MS = 10_000;

/**
 * The maximum number of queued requests for metadata of one peer (4 MiB of metadata); further requests are rejected.
 */
export const MAX_METADATA_QUEUE = 256;

/** The number of bytes queued on a connection above which no metadata is sent on it. */
export const METADATA_OUTBOX_BYTES = 256 * 1024;

/**
 * The number of bytes of blocks that a peer may send in addition to twice the requested bytes. The excess allows for
 * duplicates, and for blocks whose requests were cancelled.
 */
export const UNASKED_BYTES = 1024 * 1024;

/**
 * The maximum number of bytes of incomplete or waiting messages of all peers together. Beyond it, the peers whose
 * messages use the most memory are disconnected.
 */
export const HELD_BYTES = 32 * 1024 * 1024;
