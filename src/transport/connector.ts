import { AbortError, addressKey, NetworkError, toError, type PeerAddress } from "../base/index.ts";
import type { Connection, DialOptions, Transport } from "./transport.ts";

/**
 * Connects to peers: selects the transports that can reach a peer, and tries them in order.
 *
 * @example
 * ```ts
 * import { ipPeer } from "millrace/base";
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { Connector, TcpTransport } from "millrace/transport";
 *
 * const runtime = nodeRuntime();
 * const tcp = new TcpTransport({ runtime, ip: "127.0.0.1", ports: { first: 0, last: 0 } });
 * const listening = await tcp.listen((connection) => connection.destroy());
 * const connector = new Connector([tcp]);
 * const connection = await connector.dial(ipPeer(listening), {
 *   signal: new AbortController().signal,
 *   timeoutMs: 5_000,
 * });
 * connection.kind; // => "tcp"
 * connection.destroy();
 * await tcp.close();
 * await runtime.close();
 * ```
 */
export class Connector {
  readonly #transports: readonly Transport[];

  /** `transports` are the transports, in the order in which they are tried. */
  constructor(transports: readonly Transport[]) {
    this.#transports = transports;
  }

  /**
   * Connects by the first transport that succeeds. Rejects with the error of the last transport tried (see
   * {@link Transport.dial}); `net.unreachable` when no transport can dial such an address.
   */
  async dial(address: PeerAddress, options: DialOptions): Promise<Connection> {
    let failure: Error = new NetworkError("net.unreachable", `no transport reaches ${addressKey(address)}`);
    for (const transport of this.#transports) {
      if (!transport.canDial(address)) continue;
      try {
        return await transport.dial(address, options);
      } catch (error) {
        failure = toError(error);
        if (failure instanceof AbortError) break;
      }
    }
    throw failure;
  }
}
