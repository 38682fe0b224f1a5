/** The maximum number of nodes in a bucket, and the number of closest nodes that a lookup finds (BEP 5: K). */
export const K = 8;

/**
 * The maximum number of nodes in each of the buckets for the nodes farthest from this node: these cover a half, a
 * quarter and an eighth of all ids. With more nodes in them, lookups take fewer rounds.
 */
export const WIDE_BUCKETS: readonly number[] = [64, 32, 16];

/**
 * The maximum number of nodes that are stored as replacements for a full bucket, to be used when one of its nodes stops
 * replying.
 */
export const MAX_REPLACEMENTS = 8;

/**
 * The number of successive queries without a reply after which a node leaves the routing table (BEP 5: "multiple").
 * Queries do not count while no other node replies either: then it is the network that seems to be down.
 */
export const MAX_FAILURES = 2;

/**
 * The network seems down while no node replies: then queries without a reply do not make a node bad, until there were
 * this many for each node in the routing table.
 */
export const SILENT_QUERIES = 3;

/**
 * The time, in milliseconds, after which an unknown node that has sent a query is pinged: longer than the two minutes
 * for which most NATs pass datagrams back.
 */
export const NEWCOMER_MS = 150_000;

/** The maximum number of unknown nodes that wait to be pinged (see {@link NEWCOMER_MS}). */
export const MAX_NEWCOMERS = 64;

/** The number of nodes in a routing table below which an unknown node that has sent a query is pinged at once. */
export const FEW_NODES = 32;

/** The maximum number of nodes of one network (IPv4 /24, IPv6 /64) in a bucket. */
export const MAX_PER_NETWORK = 1;

/**
 * The time, in milliseconds, without a message after which a node is pinged when a new node could replace it (BEP 5: 15
 * minutes).
 */
export const QUESTIONABLE_MS = 15 * 60_000;

/** The time, in milliseconds, without a change after which a bucket is refreshed by a lookup (BEP 5: 15 minutes). */
export const REFRESH_MS = 15 * 60_000;

/** The time, in milliseconds, without a reply after which a query has timed out. */
export const QUERY_TIMEOUT_MS = 5_000;

/**
 * The time, in milliseconds, without a reply after which a lookup queries another node as well. A late reply still
 * counts.
 */
export const SLOW_MS = 300;

/**
 * A lookup that waits only for slow nodes ends when they have been silent for this many times the slowest round trip in
 * the lookup, and for at least {@link MIN_PATIENCE_MS}; without any reply, after {@link QUERY_TIMEOUT_MS}.
 */
export const PATIENCE_ROUND_TRIPS = 3;

/** The minimum time, in milliseconds, for which a lookup waits for slow nodes. */
export const MIN_PATIENCE_MS = 1_000;

/**
 * The maximum number of concurrent queries of a lookup to the K closest nodes that it knows, not counting queries to
 * slow nodes (Kademlia: α).
 */
export const LOOKUP_PARALLEL = 8;

/** The maximum number of queries that one lookup sends. */
export const LOOKUP_QUERIES = 120;

/** The maximum number of nodes of one network among the closest nodes of a lookup. */
export const LOOKUP_PER_NETWORK = 2;

/** The maximum number of nodes that a lookup remembers and has not queried. */
export const LOOKUP_CANDIDATES = 200;

/** The maximum number of outstanding queries of all lookups together; further queries wait. */
export const MAX_OUTSTANDING = 1_000;

/**
 * The time, in milliseconds, after which the secret for write tokens changes. Tokens made with the previous secret stay
 * valid (BEP 5: 5 and 10 minutes).
 */
export const TOKEN_MS = 5 * 60_000;

/** The number of bytes of a write token. */
export const TOKEN_LENGTH = 8;

/** The maximum number of bytes of another node's write token that is kept and sent back. */
export const MAX_TOKEN_LENGTH = 128;

/** The time, in milliseconds, for which an announced peer is stored. Peers announce every 15 minutes. */
export const PEER_TTL_MS = 45 * 60_000;

/** The maximum number of info-hashes whose peers a node stores; the info-hashes announced longest ago are dropped. */
export const MAX_STORED_TORRENTS = 5_000;

/**
 * The maximum number of peers of one info-hash at one IP address that a node stores. It is enough for several clients
 * behind one NAT, and few of the ports that a single host can invent.
 */
export const MAX_STORED_PORTS = 8;

/**
 * The maximum number of IP addresses with peers of one info-hash that a node stores (BEP 33 asks for less than 6,000).
 */
export const MAX_STORED_PEERS = 2_000;

/** The maximum number of peers that a node stores for all info-hashes together. */
export const MAX_STORED_PEERS_IN_ALL = 100_000;

/** The maximum number of peers in one reply. */
export const MAX_VALUES = 100;

/** The maximum number of items (BEP 44) that a node stores. */
export const MAX_STORED_ITEMS = 2_000;

/** The time, in milliseconds, for which an item is stored (BEP 44: two hours). */
export const ITEM_TTL_MS = 2 * 3_600_000;

/** The maximum number of bytes of an item's encoded value (BEP 44). */
export const MAX_ITEM_LENGTH = 1_000;

/** The maximum number of bytes of an item's salt (BEP 44). */
export const MAX_SALT_LENGTH = 64;

/** The time, in seconds, for which the samples of a node do not change (BEP 51: up to 6 hours). */
export const SAMPLE_INTERVAL_S = 600;

/** The maximum number of info-hashes in one reply to sample_infohashes. */
export const MAX_SAMPLES = 20;

/** The maximum length in bytes of a datagram that is sent: it passes every network without fragmentation. */
export const MAX_DATAGRAM = 1_200;

/** The maximum number of bytes of a datagram that is read. */
export const MAX_READ_DATAGRAM = 2_000;

/** The maximum length of a reply as a multiple of its query's length, because the sender's address may be forged. */
export const MAX_AMPLIFICATION = 8;

/** The maximum number of queries a second from one address to which the node replies. */
export const QUERIES_PER_ADDRESS = 20;

/** The maximum number of queries from one address that arrive at once and to which the node replies. */
export const QUERY_BURST = 100;

/** The maximum number of addresses whose queries are counted. */
export const MAX_COUNTED_ADDRESSES = 4_000;

/** The maximum number of queries a second from all addresses together to which the node replies. */
export const QUERIES_IN_ALL = 50_000;

/**
 * The number of networks whose nodes must report the same address of this host before this node's id changes to fit
 * that address (BEP 42).
 */
export const ADDRESS_VOTES = 5;

/**
 * The time, in milliseconds, between two announces of a torrent (BEP 5: 15 minutes). Each interval varies at random by
 * up to a fifth.
 */
export const ANNOUNCE_MS = 15 * 60_000;

/**
 * The time, in milliseconds, after which a read-only node announces a torrent whose first lookup has found several
 * peers. Many short-lived clients have ended by then.
 */
export const DEFERRED_ANNOUNCE_MS = 30_000;

/**
 * The time, in milliseconds, between two lookups while the routing table is empty. It doubles each time, up to a
 * minute.
 */
export const BOOTSTRAP_RETRY_MS = 5_000;

/** The maximum number of nodes in a saved routing table. */
export const MAX_SAVED_NODES = 300;

/** The maximum number of nodes in a torrent file (`nodes`) that are pinged. */
export const MAX_TORRENT_NODES = 20;
/** The time, in milliseconds, between two maintenance runs, which update buckets, stores and reachability. */
export const CARE_MS = 60_000;

/** The maximum number of nodes pinged at the same time to find out whether they belong in the routing table. */
export const MAX_PINGS = 16;
