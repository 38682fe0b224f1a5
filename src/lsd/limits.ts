/**
 * The maximum length in bytes of a message that is read, a little more than an Ethernet frame holds. Longer messages
 * are ignored.
 */
export const MAX_SEARCH_LENGTH = 2_048;

/** The maximum length in bytes of a message that is sent (BEP 14: a longer one may be fragmented). */
export const MAX_SENT_LENGTH = 1_400;

/**
 * The maximum number of info-hashes in a message that is sent. Together with the headers they fit into
 * {@link MAX_SENT_LENGTH}.
 */
export const MAX_SENT_INFO_HASHES = 24;

/** The maximum number of characters of a cookie. */
export const MAX_COOKIE_LENGTH = 64;

/** Milliseconds between two announces of a torrent (BEP 14: 5 minutes). */
export const ANNOUNCE_MS = 5 * 60_000;

/** The minimum time, in milliseconds, between two announces of a torrent (BEP 14: a minute). */
export const MIN_ANNOUNCE_MS = 60_000;

/**
 * The time, in milliseconds, from the start of a torrent to its announce, so that torrents that start together share
 * messages.
 */
export const ANNOUNCE_DELAY_MS = 100;

/**
 * The maximum number of messages that are sent at once to a group at each interface; the next ones follow a second
 * later.
 */
export const MESSAGES_AT_ONCE = 10;

/** Milliseconds between two batches of messages. */
export const BATCH_MS = 1_000;

/** The time, in milliseconds, between two checks of the host's network interfaces. */
export const INTERFACES_MS = 15_000;

/** The maximum number of network interfaces at which the groups are joined. */
export const MAX_INTERFACES = 32;

/** The maximum number of routers that a message may pass, plus one. With 1, messages stay in the local network. */
export const HOPS = 1;

/**
 * The maximum number of messages a second from one address that are read. A client with 50,000 torrents sends fewer.
 */
export const MESSAGES_PER_ADDRESS = 10;

/** The maximum number of messages from one address that are read when they arrive at once. */
export const MESSAGE_BURST = 20;

/** The maximum number of messages a second from all addresses together that are read. */
export const MESSAGES_IN_ALL = 200;

/**
 * The maximum number of addresses whose messages are counted. Beyond it, the address counted longest ago is removed.
 */
export const MAX_COUNTED_SENDERS = 1_024;
