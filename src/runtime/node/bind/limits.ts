/**
 * The time, in milliseconds, between two looks at the addresses of the interface that traffic is bound to. The system
 * does not tell Node when an interface goes away; each new connection looks as well.
 */
export const CHECK_MS = 500;

/** The time, in milliseconds, for which the addresses found last are used for further connections. */
export const FRESH_MS = 50;

/** The maximum length in characters of an interface's name. */
export const MAX_NAME_LENGTH = 256;

/** The maximum number of addresses of a host to which an HTTP request tries to connect from a bound address. */
export const MAX_TRIED = 4;
