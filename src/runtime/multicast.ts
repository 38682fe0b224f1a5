import type { Endpoint } from "../base/index.ts";

/** An IP address of a network interface of this host. */
export interface InterfaceAddress {
  /** The name of the interface, such as `eth0`. */
  readonly name: string;
  readonly ip: string;
  /** The number of leading bits that all addresses of the interface's network have in common. */
  readonly prefixLength: number;
  /** Whether it is the loopback interface. */
  readonly isLoopback: boolean;
}

/** A UDP socket that sends to a multicast group, and receives from it at the interfaces where it has joined. */
export interface MulticastSocket {
  /**
   * Joins the group at an interface, given by its name. Does nothing when the socket has joined there. Throws
   * NetworkError `net.failed`, `net.unreachable` when the interface does not exist, has no address of the family, or
   * has no multicast.
   */
  join(name: string): void;
  /** Leaves the group at an interface. Does nothing when the socket has not joined, or the interface is gone. */
  leave(name: string): void;
  /**
   * Sends one datagram to the group through an interface where the socket has joined. Throws NetworkError when the
   * interface is gone; other errors are ignored, as a datagram may be lost in any case. Other sockets of this host that
   * have joined the group there receive it, too, and so does this one. `bytes` may be reused after the call.
   */
  send(bytes: Uint8Array, name: string): void;
  close(): Promise<void>;
}

/** Options of {@link Multicast.open}. */
export interface MulticastOptions {
  /** The address and port of the group. */
  readonly group: Endpoint;
  /** How many routers a datagram may pass, plus one (TTL, hop limit): 1 for the local network alone. */
  readonly hops: number;
  /** Called when a datagram has arrived, also one of this socket. `bytes` is valid during the call only. */
  onDatagram(bytes: Uint8Array, from: Endpoint): void;
  onError?(error: Error): void;
}

/** Multicast by UDP, to hosts in the same local network. */
export interface Multicast {
  /** Returns the addresses of this host's network interfaces at present. */
  interfaces(): Promise<readonly InterfaceAddress[]>;
  /**
   * Opens a socket at the port of a group, which other programs may use at the same time. Nothing is received before
   * {@link MulticastSocket.join}. Rejects with NetworkError: `net.address-in-use`, `net.denied`, `net.failed`.
   */
  open(options: MulticastOptions): Promise<MulticastSocket>;
}
