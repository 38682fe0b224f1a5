/** The maximum length in bytes of the user name and of the password for a proxy (RFC 1929). */
export const MAX_LOGIN_BYTES = 255;

/** The maximum number of host names that have a placeholder address. Beyond it, the oldest one loses it. */
export const MAX_NAMES = 10_000;

/** The maximum time, in milliseconds, for a proxy to agree to forward UDP. */
export const ASSOCIATE_TIMEOUT_MS = 10_000;

/**
 * The time, in milliseconds, before the first attempt to replace a lost UDP association. It doubles with each failure.
 */
export const FIRST_RETRY_MS = 1_000;

/** The maximum time, in milliseconds, between two attempts to replace a lost UDP association. */
export const LONGEST_RETRY_MS = 60_000;

/** The maximum number of SOCKS5 headers that a UDP socket keeps for further datagrams to the same hosts. */
export const MAX_HEADERS = 4_000;

/** The maximum number of host names, for each UDP port, whose replies are recognized. */
export const MAX_NAMES_PER_PORT = 20;

/** The maximum number of UDP ports of named hosts whose replies are recognized. */
export const MAX_NAMED_PORTS = 1_000;

/** The time, in milliseconds, for which it is remembered whether a proxy forwards UDP. */
export const REFUSAL_MS = 60_000;

/** The maximum time, in milliseconds, until a SOCKS5 proxy replies to the first bytes. */
export const GREETING_MS = 3_000;

/** The maximum time, in milliseconds, of a check of the proxy. */
export const CHECK_TIMEOUT_MS = 15_000;
