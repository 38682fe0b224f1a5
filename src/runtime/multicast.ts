import type { Endpoint } from "../base/index.ts";

/** An IP address of a network interface of this host. */
export interface InterfaceAddress {
  /** The name of the interface, such as `eth0`. */
  readonly name: string;
  readonly ip: string;
  /**
   * The length of the network prefix: the number of leading bits that all addresses of the interface's network share.
   */
  readonly prefixLength: number;
  /** Whether it is the loopback interface. */
  readonly isLoopback: boolean;
}

/** A UDP socket that sends to a multicast group, and receives from the group at the interfaces that have joined it. */
export interface MulticastSocket {
  /**
   * Joins the group at the interface with this name. Does nothing when the interface has joined already. Throws
   * NetworkError `net.failed`, or `net.unreachable` when the interface does not exist, has no address of the family, or
   * has no multicast.
   */
  join(name: string): void;
  /** Leaves the group at an interface. Does nothing when the interface has not joined or no longer exists. */
  leave(name: string): void;
  /**
   * Sends one datagram to the group through an interface that has joined. Throws NetworkError when the interface no
   * longer exists; other errors are ignored, as a datagram may be lost in any case. This socket receives the datagram
   * too, as do other sockets of this host that have joined the group there. `bytes` may be reused after the call.
   */
  send(bytes: Uint8Array, name: string): void;
  close(): Promise<void>;
}

/** Options of {@link Multicast.open}. */
export interface MulticastOptions {
  /** The address and port of the group. */
  readonly group: Endpoint;
  /**
   * The maximum number of routers that a datagram may pass, plus one (TTL, hop limit): 1 for the local network only.
   */
  readonly hops: number;
  /** Called when a datagram has arrived, even one that this socket has sent. `bytes` is valid during the call only. */
  onDatagram(bytes: Uint8Array, from: Endpoint): void;
  onError?(error: Error): void;
}

/** Multicast by UDP, to hosts in the same local network. */
export interface Multicast {
  /** Returns the addresses that this host's network interfaces have now. */
  interfaces(): Promise<readonly InterfaceAddress[]>;
  /**
   * Opens a socket at the port of a group, which other programs may use at the same time. Nothing is received before
   * {@link MulticastSocket.join}. Rejects with NetworkError: `net.address-in-use`, `net.denied`, `net.failed`.
   */
  open(options: MulticastOptions): Promise<MulticastSocket>;
}
