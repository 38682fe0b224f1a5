/** The time, in seconds, for which a gateway is asked to keep a mapping (RFC 6886 recommends two hours). */
export const LEASE_S = 7_200;

/**
 * The maximum time, in milliseconds, after which a mapping is requested again. A changed external address or port, and
 * a gateway that has restarted, are noticed by then.
 */
export const MAX_RENEW_MS = 10 * 60_000;

/** The minimum time, in milliseconds, after which a mapping is requested again, however short its lease. */
export const MIN_RENEW_MS = 30_000;

/** The time, in milliseconds, after which a failed mapping is tried again. It doubles with each failure. */
export const RETRY_MS = 60_000;

/** The maximum time, in milliseconds, after which a failed mapping is tried again. */
export const MAX_RETRY_MS = 30 * 60_000;

/** The maximum time, in milliseconds, that the removal of the mappings takes when the client closes. */
export const REMOVAL_MS = 2_000;

/**
 * The maximum time, in milliseconds, that the removal of mappings takes that the gateway has not confirmed when the
 * client closes.
 */
export const UNANSWERED_REMOVAL_MS = 300;

/** The maximum number of gateways that are tried. */
export const MAX_GATEWAYS = 4;

/** The UDP port of NAT-PMP and PCP servers (RFC 6886, 6887). */
export const PCP_PORT = 5_351;

/**
 * The times, in milliseconds, after which a request to a NAT-PMP or PCP server is sent again, the last one until it has
 * failed. RFC 6886 doubles them nine times; a server in the local network that does not reply to four is none.
 */
export const PCP_WAITS_MS: readonly number[] = [250, 500, 1_000, 2_000];

/** The maximum number of bytes of a datagram of NAT-PMP and PCP (RFC 6887). */
export const MAX_PCP_LENGTH = 1_100;

/** The time, in milliseconds, for which a search waits for UPnP gateways. */
export const SEARCH_MS = 3_000;

/** The maximum number of UPnP devices whose description is fetched in a search. */
export const MAX_DEVICES = 4;

/** The maximum number of bytes of a response to a UPnP search. */
export const MAX_SSDP_LENGTH = 4_096;

/** The maximum number of bytes of the description of a UPnP device, and of a response to a command. */
export const MAX_XML_LENGTH = 256 * 1_024;

/** The maximum time, in milliseconds, of a request to a UPnP device. */
export const UPNP_TIMEOUT_MS = 5_000;

/** The maximum number of external ports that are tried when a UPnP gateway reports a conflict. */
export const MAX_PORTS_TRIED = 4;
