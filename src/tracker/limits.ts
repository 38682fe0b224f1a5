/** Every limit of the tracker module, with its unit and its reason. docs/limits.md lists them. */

/**
 * The maximum length of an HTTP reply in bytes, after decompression: 2 MiB are enough for 100,000 peers as
 * dictionaries.
 */
export const MAX_REPLY_BYTES = 2 * 1024 * 1024;
/** The maximum time until the first byte of an HTTP reply, in milliseconds. A slower tracker counts as failed. */
export const FIRST_BYTE_TIMEOUT_MS = 10_000;
/** The maximum time until the last byte of an HTTP reply, in milliseconds. A slower tracker counts as failed. */
export const HTTP_TOTAL_TIMEOUT_MS = 30_000;
/** The maximum number of HTTP redirects that one request follows. */
export const MAX_REDIRECTS = 5;

/**
 * The maximum number of peers that are read from one reply: half of the 4,000 peers that the engine remembers for a
 * torrent.
 */
export const MAX_REPLY_PEERS = 2_000;
/** The maximum length in bytes of a tracker id that is kept and sent back. */
export const MAX_TRACKER_ID_BYTES = 256;
/** The maximum length of a tracker's URL, in characters. */
export const MAX_URL_LENGTH = 4_096;
/**
 * The maximum number of torrents in one scrape over HTTP: each takes 60 bytes of the URL, and servers accept up to 8
 * KiB.
 */
export const MAX_HTTP_SCRAPE_HASHES = 64;
/** The maximum number of torrents in one scrape over UDP: BEP 15 has "about 74", and trackers ignore further ones. */
export const MAX_UDP_SCRAPE_HASHES = 74;
/** The maximum number of values and keys in `files` of a scrape reply: enough for 10,000 torrents. */
export const MAX_SCRAPE_TOKENS = 100_000;

/** The interval between announces, in seconds, when the tracker's reply has none. */
export const DEFAULT_INTERVAL_SECONDS = 1_800;
/** The minimum interval between announces, in seconds. A shorter one that a tracker requests is raised to this. */
export const MIN_INTERVAL_SECONDS = 60;
/** The maximum interval between announces, in seconds. A longer one that a tracker requests is lowered to this. */
export const MAX_INTERVAL_SECONDS = 3 * 3_600;

/** The time before the first UDP retransmission, in milliseconds. It doubles each time (BEP 15). */
export const UDP_RETRANSMIT_MS = 15_000;
/** The time before a UDP retransmission doubles at most this many times (BEP 15: n up to 8). */
export const UDP_MAX_DOUBLINGS = 8;
/**
 * The maximum duration of a UDP request, in milliseconds. The retransmissions of BEP 15 could take two hours; after
 * this time the next tracker is tried.
 */
export const UDP_TIMEOUT_MS = 60_000;
/** The time for which a client may use a UDP connection id, in milliseconds (BEP 15). */
export const UDP_CONNECTION_MS = 60_000;
/** The maximum number of UDP connection ids that are kept. */
export const MAX_UDP_CONNECTIONS = 1_024;
/**
 * The maximum time, in milliseconds, that a reply over one IP family waits for the reply over the other family: a
 * family without a route must not delay the peers of the other.
 */
export const FAMILY_GRACE_MS = 300;

/** The maximum time for sending the event `stopped`, in milliseconds. */
export const STOP_TIMEOUT_MS = 3_000;
/**
 * The time before the first UDP retransmission of the event `stopped`, in milliseconds: it must be well below
 * {@link STOP_TIMEOUT_MS}.
 */
export const STOP_RETRANSMIT_MS = 900;
/**
 * The time between the first failure of a tracker and the next announce, in milliseconds. It doubles with each failure.
 */
export const BACKOFF_FIRST_MS = 15_000;
/** The maximum time between a failure of a tracker and the next announce, in milliseconds. */
export const BACKOFF_MAX_MS = 30 * 60_000;
/**
 * The maximum time, in milliseconds, until the next announce that a tracker can request with `retry in` (BEP 31). A
 * tracker that sends "never" gets no further announce.
 */
export const RETRY_IN_MAX_MS = 24 * 3_600_000;
/** The maximum number of trackers of a torrent. Further ones are ignored. */
export const MAX_TRACKERS = 200;

/** The interval between announces, in seconds, that the server sends to its clients. */
export const SERVER_INTERVAL_SECONDS = 1_800;
/**
 * The number of intervals after which the server removes a peer that has not announced: one announce may be lost or
 * late.
 */
export const SERVER_EXPIRY_INTERVALS = 2.25;
/** The time between two searches for peers to remove, in milliseconds. */
export const SERVER_SWEEP_MS = 30_000;
/** The number of peers in a reply when the client does not request a number. */
export const SERVER_DEFAULT_NUMWANT = 50;
/** The maximum number of peers in a reply: 200 fit an Ethernet frame over UDP (20 + 200 × 6 bytes). */
export const SERVER_MAX_NUMWANT = 200;
/** The maximum number of peers in a reply over UDP and IPv6: 20 + 74 × 18 bytes fit an Ethernet frame. */
export const SERVER_MAX_NUMWANT_UDP6 = 74;
/**
 * The maximum number of torrents of the server. Announces for further torrents are refused. A small torrent takes about
 * 1 KiB.
 */
export const SERVER_MAX_TORRENTS = 200_000;
/**
 * The maximum number of peers of one torrent and IP family that the server keeps. Further peers get replies, but are
 * not listed. 100,000 take 4 MiB.
 */
export const SERVER_MAX_PEERS_PER_TORRENT = 100_000;
/** The maximum number of peers of all torrents that the server keeps. Further peers get replies, but are not listed. */
export const SERVER_MAX_PEERS = 4_000_000;
/**
 * The time, in milliseconds, after which the secret for UDP connection ids changes. Ids made with the previous secret
 * are still valid (BEP 15: two minutes).
 */
export const SERVER_SECRET_MS = 120_000;
