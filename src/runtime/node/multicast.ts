import dgram from "node:dgram";
import { networkInterfaces } from "node:os";
import { canonicalIp, formatEndpoint, ipFamily, NetworkError, type IpFamily } from "../../base/index.ts";
import type { Multicast, MulticastOptions, MulticastSocket } from "../multicast.ts";
import { systemAddresses } from "./interfaces.ts";
import { networkError } from "./system-error.ts";

/**
 * Returns the text by which `node:dgram` identifies an interface: one of its addresses for IPv4, its scope for IPv6.
 * Throws NetworkError `net.unreachable` when it has no address of the family.
 */
function systemName(name: string, family: IpFamily): string {
  const addresses = (networkInterfaces()[name] ?? []).filter((each) => each.family === `IPv${family}`);
  const [first] = addresses;
  if (first === undefined)
    throw new NetworkError("net.unreachable", `the interface ${name} has no IPv${family} address`);
  if (family === 4) return first.address;
  // Windows identifies the scope by a number, which it reports with link-local addresses; other systems by the name.
  const scope = addresses.find(({ scopeid = 0 }) => scopeid > 0)?.scopeid;
  return `::%${process.platform === "win32" && scope !== undefined ? scope : name}`;
}

function open(options: MulticastOptions): Promise<MulticastSocket> {
  const { group, hops } = options;
  const what = `cannot open UDP port ${group.port} for multicast`;
  const family = ipFamily(group.ip);
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket({
      type: family === 4 ? "udp4" : "udp6",
      ipv6Only: family === 6,
      // Every program that takes part in the group binds this port.
      reuseAddr: true,
      // Returning at once lets `send` take effect before the next interface is chosen.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    const onError = (error: Error): void => {
      socket.close();
      reject(networkError(error, what));
    };
    socket.once("error", onError);
    socket.bind({ address: family === 4 ? "0.0.0.0" : "::", port: group.port, exclusive: true }, () => {
      socket.off("error", onError);
      socket.on("error", (error) => options.onError?.(networkError(error, what)));
      socket.on("message", (bytes, from) => {
        options.onDatagram(bytes, { ip: canonicalIp(from.address) ?? from.address, port: from.port });
      });
      socket.setMulticastTTL(hops);
      socket.setMulticastLoopback(true);
      resolve(new NodeMulticastSocket(socket, options));
    });
  });
}

class NodeMulticastSocket implements MulticastSocket {
  readonly #socket: dgram.Socket;
  readonly #options: MulticastOptions;
  readonly #family: IpFamily;
  /** The names of the joined interfaces, each with the text by which the system identifies it. */
  readonly #joined = new Map<string, string>();
  #closed: Promise<void> | undefined;

  constructor(socket: dgram.Socket, options: MulticastOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#family = ipFamily(options.group.ip);
  }

  join(name: string): void {
    if (this.#closed !== undefined || this.#joined.has(name)) return;
    this.#attempt("join", name, () => {
      const local = systemName(name, this.#family);
      this.#socket.addMembership(this.#options.group.ip, local);
      this.#joined.set(name, local);
    });
  }

  leave(name: string): void {
    const local = this.#joined.get(name);
    if (this.#closed !== undefined || local === undefined) return;
    this.#joined.delete(name);
    try {
      this.#socket.dropMembership(this.#options.group.ip, local);
    } catch {
      // The system has ended the membership of an interface that is gone.
    }
  }

  send(bytes: Uint8Array, name: string): void {
    const local = this.#joined.get(name);
    if (this.#closed !== undefined || local === undefined) return;
    const { ip, port } = this.#options.group;
    this.#attempt("send to", name, () => this.#socket.setMulticastInterface(local));
    // The callback keeps an error, such as that of a network without a route, from becoming an "error" event.
    this.#socket.send(Buffer.from(bytes), port, ip, () => undefined);
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((done) => {
      this.#socket.close(done);
    });
    return this.#closed;
  }

  #attempt(verb: string, name: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      throw networkError(error, `cannot ${verb} the multicast group ${formatEndpoint(this.#options.group)} at ${name}`);
    }
  }
}

/** Multicast by `node:dgram`. */
export const nodeMulticast: Multicast = {
  open,
  interfaces: () => Promise.resolve(systemAddresses()),
};
