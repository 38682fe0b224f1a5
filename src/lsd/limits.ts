/** Maximum of bytes of a message that is read, a little more than an Ethernet frame holds. Longer ones are ignored. */
export const MAX_SEARCH_LENGTH = 2_048;

/** Maximum of bytes of a message that is sent (BEP 14: more may be fragmented). */
export const MAX_SENT_LENGTH = 1_400;

/** Maximum of info-hashes in a message that is sent. With the other headers they fit into {@link MAX_SENT_LENGTH}. */
export const MAX_SENT_INFO_HASHES = 24;

/** Maximum of characters of a cookie. */
export const MAX_COOKIE_LENGTH = 64;

/** Milliseconds between two announces of a torrent (BEP 14: 5 minutes). */
export const ANNOUNCE_MS = 5 * 60_000;

/** Milliseconds, at least, between two announces of a torrent (BEP 14: a minute). */
export const MIN_ANNOUNCE_MS = 60_000;

/** Milliseconds from the start of a torrent to its announce: torrents that start together share messages. */
export const ANNOUNCE_DELAY_MS = 100;

/** Maximum of messages that are sent to a group at each interface at once; the next ones follow a second later. */
export const MESSAGES_AT_ONCE = 10;

/** Milliseconds between two batches of messages. */
export const BATCH_MS = 1_000;

/** Milliseconds between two looks at the network interfaces of the host. */
export const INTERFACES_MS = 15_000;

/** Maximum of network interfaces at which the groups are joined. */
export const MAX_INTERFACES = 32;

/** Routers that a message may pass, plus one. 1: messages stay in the local network, whatever its routers do. */
export const HOPS = 1;

/** Messages a second from one address that are read. A client with 50,000 torrents sends fewer. */
export const MESSAGES_PER_ADDRESS = 10;

/** Messages from one address that are read when they arrive at once. */
export const MESSAGE_BURST = 20;

/** Messages a second from all addresses together that are read. */
export const MESSAGES_IN_ALL = 200;

/** Maximum of addresses whose messages are counted; the one counted longest ago is forgotten. */
export const MAX_COUNTED_SENDERS = 1_024;
