/** Every limit of the tracker module, with its unit and its reason. docs/limits.md lists them. */

/** Bytes of an HTTP reply after decompression. 2 MiB holds 100,000 dictionary peers; more is a bomb or a mistake. */
export const MAX_REPLY_BYTES = 2 * 1024 * 1024;
/** Milliseconds to the first byte of an HTTP reply: a tracker that is slower is down. */
export const FIRST_BYTE_TIMEOUT_MS = 10_000;
/** Milliseconds to the last byte of an HTTP reply: a tracker that drips is down too. */
export const HTTP_TOTAL_TIMEOUT_MS = 30_000;
/** HTTP redirects followed for one request. */
export const MAX_REDIRECTS = 5;

/** Peers looked at in one reply; the rest is left. The engine keeps 4,000 peers of a torrent at most. */
export const MAX_REPLY_PEERS = 2_000;
/** Bytes of a tracker id that are kept and sent back. */
export const MAX_TRACKER_ID_BYTES = 256;
/** Characters of a tracker's URL. */
export const MAX_URL_LENGTH = 4_096;
/** Torrents in one scrape over HTTP: 60 bytes each in the URL, and servers stop at 8 KiB. */
export const MAX_HTTP_SCRAPE_HASHES = 64;
/** Torrents in one scrape over UDP: BEP 15 has "about 74", and trackers reply to no more. */
export const MAX_UDP_SCRAPE_HASHES = 74;
/** Values and keys of the files in the reply to a scrape: 10,000 torrents. */
export const MAX_SCRAPE_TOKENS = 100_000;

/** Seconds between announces when the reply names none. */
export const DEFAULT_INTERVAL_SECONDS = 1_800;
/** Seconds: the shortest interval that is obeyed, so that a hostile 0 does not make us hammer. */
export const MIN_INTERVAL_SECONDS = 60;
/** Seconds: the longest interval that is obeyed, so that a hostile 2^31 does not silence us. */
export const MAX_INTERVAL_SECONDS = 3 * 3_600;

/** Milliseconds before the first UDP retransmission; doubles each time (BEP 15). */
export const UDP_RETRANSMIT_MS = 15_000;
/** Doublings of the UDP wait (BEP 15: n up to 8). */
export const UDP_MAX_DOUBLINGS = 8;
/**
 * Milliseconds that a UDP request may take in all. BEP 15 alone would wait two hours; the next tracker is tried sooner.
 */
export const UDP_TIMEOUT_MS = 60_000;
/** Milliseconds that a client may use a UDP connection id (BEP 15). */
export const UDP_CONNECTION_MS = 60_000;
/** UDP connection ids remembered. */
export const MAX_UDP_CONNECTIONS = 1_024;
/**
 * Milliseconds that a reply over one IP family waits for the reply over the other: a family without a route must not
 * delay peers.
 */
export const FAMILY_GRACE_MS = 300;

/** Milliseconds that sending `stopped` may take. */
export const STOP_TIMEOUT_MS = 3_000;
/** Milliseconds before the first UDP retransmission of `stopped`, which has no fifteen seconds. */
export const STOP_RETRANSMIT_MS = 900;
/** Milliseconds between the first failure of a tracker and the next announce; doubles with each failure. */
export const BACKOFF_FIRST_MS = 15_000;
/** Milliseconds: the longest wait after failures. */
export const BACKOFF_MAX_MS = 30 * 60_000;
/** Milliseconds: the longest finite wait that BEP 31 `retry in` can ask for; "never" is never. */
export const RETRY_IN_MAX_MS = 24 * 3_600_000;
/** Trackers of one torrent; the rest is left out. */
export const MAX_TRACKERS = 200;

/** Seconds between announces that the server sends to its clients. */
export const SERVER_INTERVAL_SECONDS = 1_800;
/** A peer that has not announced for this many intervals is gone: one announce may be lost or late. */
export const SERVER_EXPIRY_INTERVALS = 2.25;
/** Milliseconds between sweeps for peers that are gone. */
export const SERVER_SWEEP_MS = 30_000;
/** Peers in a reply when the client names no number. */
export const SERVER_DEFAULT_NUMWANT = 50;
/** Peers in a reply at most: 200 fit an Ethernet frame over UDP (20 + 200 × 6 bytes). */
export const SERVER_MAX_NUMWANT = 200;
/** Peers in a reply over UDP and IPv6 at most: 20 + 74 × 18 bytes fit an Ethernet frame. */
export const SERVER_MAX_NUMWANT_UDP6 = 74;
/** Torrents that the server keeps: announces for further ones are refused. About 1 KiB each when small. */
export const SERVER_MAX_TORRENTS = 200_000;
/**
 * Peers that the server keeps of one torrent and family; further ones get replies but are not kept. 100,000 take 4 MiB.
 */
export const SERVER_MAX_PEERS_PER_TORRENT = 100_000;
/** Peers that the server keeps in all; further ones get replies but are not kept. */
export const SERVER_MAX_PEERS = 4_000_000;
/**
 * Milliseconds after which the secret behind UDP connection ids changes; ids of the last one still count (BEP 15: two
 * minutes).
 */
export const SERVER_SECRET_MS = 120_000;
