import { ipFamily, type Endpoint } from "../../../base/index.ts";
import type { BindOptions, Datagrams, DatagramSocket } from "../../datagrams.ts";
import type { Log } from "../../log.ts";
import { nodeDatagrams } from "../datagrams.ts";
import type { Binding } from "./binding.ts";
import { KeptSockets } from "./kept-sockets.ts";
import { boundIps, checkLocal } from "./net.ts";

/** UDP from the addresses of an interface. */
export class BoundDatagrams implements Datagrams {
  readonly #binding: Binding;
  readonly #log: Log;

  constructor(binding: Binding, log: Log) {
    this.#binding = binding;
    this.#log = log;
  }

  /**
   * Binds a socket to the interface's address of the family. While the interface is down, it resolves with a socket
   * that drops what is sent.
   */
  async bind(options: BindOptions): Promise<DatagramSocket> {
    const binding = this.#binding;
    checkLocal(binding, options.ip);
    const family = ipFamily(options.ip);
    if (binding.state.ips.length > 0) binding.ip(family);
    const socket = new BoundDatagramSocket(options, binding, this.#log);
    await socket.open();
    return socket;
  }
}

/** A UDP socket that is closed while the interface is down, and bound to its address while it is up. */
class BoundDatagramSocket implements DatagramSocket {
  readonly #sockets: KeptSockets<DatagramSocket>;
  readonly #family: 4 | 6;
  #local: Endpoint;
  #current: DatagramSocket | undefined;

  constructor(options: BindOptions, binding: Binding, log: Log) {
    this.#family = ipFamily(options.ip);
    this.#local = { ip: options.ip, port: options.port };
    this.#sockets = new KeptSockets({
      binding,
      log,
      what: `the UDP port ${options.port}`,
      ips: () => boundIps(binding, options.ip).filter((ip) => ipFamily(ip) === this.#family),
      open: async (ip) => {
        const socket = await nodeDatagrams.bind({ ...options, ip, port: this.#local.port });
        this.#local = socket.local;
        this.#current = socket;
        return {
          ...socket,
          close: () => {
            if (this.#current === socket) this.#current = undefined;
            return socket.close();
          },
        };
      },
    });
  }

  get local(): Endpoint {
    return this.#local;
  }

  get receiveBufferBytes(): number {
    return this.#current?.receiveBufferBytes ?? 0;
  }

  open(): Promise<void> {
    return this.#sockets.begin();
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    this.#current?.send(bytes, to);
  }

  close(): Promise<void> {
    return this.#sockets.close();
  }
}
