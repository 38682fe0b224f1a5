/** A router to which this host sends what is not for its local network. */
export interface Gateway {
  /** The router's IPv4 address in the local network. */
  readonly ip: string;
  /** This host's IPv4 address in the same network. */
  readonly localIp: string;
}

/** Finds the routers of this host. */
export interface Gateways {
  /**
   * Returns the IPv4 routers, the preferred one first. Where the system does not tell them, these are the addresses
   * that routers most often have. Never rejects.
   */
  find(): Promise<readonly Gateway[]>;
}
