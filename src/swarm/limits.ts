/** What one swarm may hold and how long it waits. Listed in docs/limits.md. */

/** Requests a peer may have queued with us; announced as `reqq` (BEP 10). */
export const MAX_QUEUED_REQUESTS = 2_000;

/** Bytes: the largest block served or taken. */
export { MAX_BLOCK_LENGTH } from "../wire/index.ts";

/** Cancels of a peer beyond its requests that met nothing, each after a search of its queue, before it is dropped. */
export const MAX_VAIN_CANCELS = 4_000;

/** Requests kept outstanding with a peer whose rate is not known yet. */
export const MIN_PIPELINE = 16;

/** Requests kept outstanding with a peer, at the most (less when its `reqq` says so). */
export const MAX_PIPELINE = 512;

/** Requests outstanding with a peer that never told its `reqq`: what old clients take. */
export const DEFAULT_PIPELINE_LIMIT = 250;

/** Milliseconds of transfer that the pipeline covers: longer than any round trip, short enough for end game. */
export const PIPELINE_MS = 1_000;

/** Milliseconds without a block, though asked, after which a peer's requests go to others. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Milliseconds after which a block that several peers owe may be asked of any other (end game). */
export const END_GAME_TIMEOUT_MS = 2_000;

/**
 * Requests of such blocks outstanding with a peer that has not delivered anything yet: enough to find out whether it
 * does.
 */
export const UNPROVED_REQUESTS = 4;

/**
 * Milliseconds that the only source of a piece that failed its hash has, besides {@link SUSPECT_MS_PER_BLOCK}, before
 * another has its turn.
 */
export const SUSPECT_MS = 10_000;

/**
 * Milliseconds more for each block of such a piece: 1 MiB/s. Both double each time that every peer had its turn, {@link
 * MAX_SUSPECT_ROUNDS} times at the most, for those that send something.
 */
export const SUSPECT_MS_PER_BLOCK = 16;

/** Times that these double: a peer that comes while a slow one has its turn waits some minutes at the most. */
export const MAX_SUSPECT_ROUNDS = 3;

/** Milliseconds without a block, though unchoked and asked, after which a peer counts as snubbing us (BEP 3). */
export const SNUB_MS = 60_000;

/** Milliseconds of silence before a keep-alive is sent (BEP 3: two minutes). */
export const KEEP_ALIVE_MS = 110_000;

/** Milliseconds of silence after which a peer is gone. */
export const SILENCE_MS = 180_000;

/** Milliseconds between two rounds of choking (BEP 3). */
export const CHOKE_INTERVAL_MS = 10_000;

/** Rounds of choking between two changes of the optimistic unchoke (BEP 3: 30 s). */
export const OPTIMISTIC_ROUNDS = 3;

/** Bytes of pieces under construction of a torrent that are kept in memory: one piece at the least. */
export const ASSEMBLY_BYTES = 64 * 1024 * 1024;

/** The same of all torrents of a client together, but for one piece of up to {@link MAX_SURE_PIECE_BYTES} of each. */
export const TOTAL_ASSEMBLY_BYTES = 512 * 1024 * 1024;

/**
 * Milliseconds without a block after which a piece that nobody is asked for, and that is on disk as far as it is there,
 * gives its memory back.
 */
export const UNLOAD_AFTER_MS = 10_000;

/** Bytes of a piece that each torrent may have in memory whatever the others have. Longer ones wait for each other. */
export const MAX_SURE_PIECE_BYTES = 16 * 1024 * 1024;

/** Bytes of adjacent finished pieces that are written with one call, at the most. */
export const WRITE_RUN_BYTES = 8 * 1024 * 1024;

/**
 * Bytes of neighbouring pieces that are fetched one after the other from a peer when they are equally rare: what is
 * adjacent is written, and later read, with one call. A torrent of less than 64 times this much has shorter runs, so
 * that peers stay diverse.
 */
export const EXTENT_BYTES = 4 * 1024 * 1024;

/** Bytes read from disk and sent with one write, to a peer whose speed is not known yet. */
export const UPLOAD_RUN_BYTES = 256 * 1024;

/** The same to a slow peer: less memory, and a choke takes effect sooner. */
export const MIN_UPLOAD_RUN_BYTES = 64 * 1024;

/** The same to a fast peer: fewer system calls. */
export const MAX_UPLOAD_RUN_BYTES = 1024 * 1024;

/**
 * The same while more than {@link SHARED_UPLOAD_BYTES} are on their way: they stay in the processor's cache from the
 * disk to the connection.
 */
export const SHARED_UPLOAD_RUN_BYTES = 512 * 1024;

/** Bytes of runs on their way to all peers of a torrent above which runs are shorter. */
export const SHARED_UPLOAD_BYTES = 4 * 1024 * 1024;

/**
 * Reads at once for the uploads of a torrent: more threads only wait for each other while the system has the files in
 * memory.
 */
export const UPLOAD_READS = 2;

/** Bytes of buffers kept for the next uploads. */
export const UPLOAD_SPARE_BYTES = 8 * 1024 * 1024;

/**
 * Bytes queued on a connection above which its peer is not read: who asks and asks, and never reads the answers, fills
 * no memory.
 */
export const OUTBOX_HIGH_WATER = 2 * 1024 * 1024;

/** Milliseconds without a byte after which a block that is half here may come from another peer instead (end game). */
export const STALLED_BLOCK_MS = 2_000;

/** Pieces that a choked peer with fast extension may fetch (BEP 6), while it has fewer than this many. */
export const ALLOWED_FAST = 10;

/** `have` messages remembered from a peer while the metadata is not known. */
export const MAX_EARLY_HAVES = 10_000;

/** Peers dialed at once by one torrent. */
export const MAX_DIALING = 20;

/** Peers of a torrent at one public address (IPv6: /64). */
export const MAX_PEERS_PER_ADDRESS = 8;

/** Peers of a torrent in one network of public addresses (/24, IPv6 /48). */
export const MAX_PEERS_PER_NETWORK = 32;

/** Peers of a torrent at one private or loopback address, besides half of all places: there may be many behind it. */
export const MIN_SHARED_PEERS = 10;

/** Milliseconds after which a peer with which neither side has anything to do gives way when places are short. */
export const USELESS_MS = 5_000;

/**
 * Milliseconds without a block either way after which a peer gives way to a newcomer of a higher priority (BEP 40), or
 * of a network that has fewer places.
 */
export const IDLE_MS = 120_000;

/** Protocol errors, from one address, after which it is banned. */
export const MAX_OFFENCES = 3;

/** Blocks remembered of pieces that did not hash, to find out who lied. */
export const MAX_EVIDENCE_BLOCKS = 8_192;

/** Milliseconds between two attempts to write again after the disk was full. */
export const DISK_RETRY_MS = 5_000;

/** Pieces that are taken back from a peer one by one; with more, parting with it costs both sides less. */
export const MAX_DONT_HAVES = 2_000;

/**
 * Messages that a peer may send before the time for them is counted, and the most that it may gain; blocks do not
 * count.
 */
export const FREE_MESSAGES = 1_000;

/** Bytes of a long message that count as one more message. */
export const MESSAGE_BYTES = 256;

/** Messages that an extended message counts as: it holds a bencoded document. */
export const EXTENDED_MESSAGES = 8;

/** Bytes of an extended message that count as one more message. */
export const EXTENDED_MESSAGE_BYTES = 32;

/**
 * Milliseconds of work that one message, or some quick ones together, count as at the most: a process that was stopped
 * meanwhile owes nothing.
 */
export const MAX_COUNTED_MS = 100;

/** Messages that a peer gains with each block that it gives or takes: one asks for it. */
export const MESSAGES_PER_BLOCK = 4;

/** Messages that a peer gains each second. */
export const MESSAGES_PER_SECOND = 20;

/**
 * Milliseconds of each second that are spent on messages beyond those that peers have for nothing, of all peers
 * together; what is more waits unread.
 */
export const WORK_MS_PER_SECOND = 100;

/** Milliseconds of such work in one go. */
export const WORK_BURST_MS = 3;

/** Bytes of metadata sent each second, to all peers of a client together. */
export const METADATA_BYTES_PER_SECOND = 4 * 1024 * 1024;

/** Requests for metadata of one peer that wait: 4 MiB; more are rejected. */
export const MAX_METADATA_QUEUE = 256;

/** Bytes queued on a connection above which it gets no more metadata. */
export const METADATA_OUTBOX_BYTES = 256 * 1024;

/**
 * Bytes of blocks that a peer may send beyond twice what it was asked for: blocks that were taken back, and those of
 * clients that send twice.
 */
export const UNASKED_BYTES = 1024 * 1024;

/**
 * Bytes of messages that have begun to arrive, or wait for time, held for all peers together; beyond, the peers that
 * hold most are left.
 */
export const HELD_BYTES = 32 * 1024 * 1024;
