/** Nodes in a bucket and closest nodes of a lookup (BEP 5: K). */
export const K = 8;

/**
 * Nodes in the buckets that are farthest from us: half, a quarter … of all nodes are there, and with more of them
 * lookups take fewer rounds.
 */
export const WIDE_BUCKETS: readonly number[] = [64, 32, 16];

/** Nodes kept for a full bucket, each to replace a node that stops replying. */
export const MAX_REPLACEMENTS = 8;

/** Queries without a reply after which a node is bad (BEP 5 has "multiple"). */
export const MAX_FAILURES = 2;

/** Nodes of one network (IPv4 /24, IPv6 /64) in a bucket. */
export const MAX_PER_NETWORK = 1;

/** Milliseconds of silence after which a node is pinged when a new node could replace it (BEP 5: 15 minutes). */
export const QUESTIONABLE_MS = 15 * 60_000;

/** Milliseconds without a change after which a bucket is refreshed by a lookup (BEP 5: 15 minutes). */
export const REFRESH_MS = 15 * 60_000;

/** Milliseconds until a query counts as not replied to. */
export const QUERY_TIMEOUT_MS = 5_000;

/** Milliseconds, at least, until a lookup asks another node in place of a slow one, whose reply still counts. */
export const SLOW_MS = 300;

/** Concurrent queries of a lookup, without slow ones (Kademlia: α). */
export const LOOKUP_PARALLEL = 5;

/** Queries that one lookup sends, at the most. */
export const LOOKUP_QUERIES = 120;

/** Nodes of one network among the closest of a lookup. */
export const LOOKUP_PER_NETWORK = 2;

/** Nodes that a lookup remembers without having asked them. */
export const LOOKUP_CANDIDATES = 200;

/** Outstanding queries over all lookups; further ones wait. */
export const MAX_OUTSTANDING = 1_000;

/**
 * Milliseconds after which the secret behind tokens changes; tokens of the one before stay valid (BEP 5: 5 and 10 min).
 */
export const TOKEN_MS = 5 * 60_000;

/** Bytes of a token. */
export const TOKEN_LENGTH = 8;

/** Longest token of another node that is kept and sent back. */
export const MAX_TOKEN_LENGTH = 128;

/** Milliseconds for which an announced peer is kept (announces come every 15 minutes). */
export const PEER_TTL_MS = 45 * 60_000;

/** Info-hashes with peers that a node stores; the info-hashes announced longest ago are dropped. */
export const MAX_STORED_TORRENTS = 5_000;

/** Peers of one info-hash that a node stores (BEP 33 asks for less than 6,000). */
export const MAX_STORED_PEERS = 2_000;

/** Peers that a node stores for all info-hashes. */
export const MAX_STORED_PEERS_IN_ALL = 100_000;

/** Peers in one reply. */
export const MAX_VALUES = 100;

/** Items (BEP 44) that a node stores. */
export const MAX_STORED_ITEMS = 2_000;

/** Milliseconds for which an item is kept (BEP 44: two hours). */
export const ITEM_TTL_MS = 2 * 3_600_000;

/** Bytes of an item's encoded value (BEP 44). */
export const MAX_ITEM_LENGTH = 1_000;

/** Bytes of an item's salt (BEP 44). */
export const MAX_SALT_LENGTH = 64;

/** Seconds for which the samples of a node do not change (BEP 51: up to 6 hours). */
export const SAMPLE_INTERVAL_S = 600;

/** Info-hashes in one reply to sample_infohashes. */
export const MAX_SAMPLES = 20;

/** Bytes of a datagram, at the most: fits every network without fragments. */
export const MAX_DATAGRAM = 1_200;

/** Longest datagram that is read. */
export const MAX_READ_DATAGRAM = 2_000;

/** A reply has at most so many times the bytes of its query, as the sender's address may be forged. */
export const MAX_AMPLIFICATION = 8;

/** Queries a second from one address that get replies. */
export const QUERIES_PER_ADDRESS = 20;

/** Queries from one address that get replies when they arrive at once. */
export const QUERY_BURST = 100;

/** Addresses whose queries are counted. */
export const MAX_COUNTED_ADDRESSES = 4_000;

/** Queries a second that are replied to in all. */
export const QUERIES_IN_ALL = 50_000;

/** Nodes that must agree on our address before our id follows it (BEP 42). */
export const ADDRESS_VOTES = 5;

/** Milliseconds between two announces of a torrent (BEP 5: 15 minutes), each spread by up to a fifth. */
export const ANNOUNCE_MS = 15 * 60_000;

/** Milliseconds between two lookups while the table is empty: doubled each time, up to a minute. */
export const BOOTSTRAP_RETRY_MS = 5_000;

/** Nodes in a saved table. */
export const MAX_SAVED_NODES = 300;

/** Nodes of a torrent file (`nodes`) that are tried. */
export const MAX_TORRENT_NODES = 20;
