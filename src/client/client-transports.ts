import { ipFamily, ipScope } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  Connector,
  PeerConnector,
  TcpTransport,
  UdpPort,
  type EncryptionPolicy,
  type Transport,
} from "../transport/index.ts";
import { UtpTransport } from "../utp/index.ts";
import type { ClientIpFilter } from "./ip-filter.ts";
import { portsOf } from "./listener.ts";
import type { ClientOptions } from "./options.ts";

/** Options of {@link ClientTransports}. */
export interface ClientTransportsOptions {
  readonly runtime: Runtime;
  /** Returns the port on which the client listens; 0 while it does not. */
  readonly port: () => number;
  /** The user's IP filter: what it blocks gets no reply over uTP. */
  readonly ipFilter: Pick<ClientIpFilter, "isSenderBlocked">;
}

/** The ways to the peers of a client: TCP, uTP, and the UDP port that uTP shares with trackers and the DHT. */
export class ClientTransports {
  /** How connections are encrypted. It may change. */
  readonly encryption: { policy: EncryptionPolicy };
  readonly connector: PeerConnector;
  /** The transports, in the order in which a peer is dialed by them. */
  readonly all: readonly Transport[];
  readonly udpPort: UdpPort;
  readonly #utp: UtpTransport;
  /** Whether uTP could reach peers without the proxy that TCP uses: then it is not used. */
  readonly #mayBypassProxy: boolean;

  constructor(options: ClientOptions, { runtime, port, ipFilter }: ClientTransportsOptions) {
    const { listenIp } = options;
    const isLoopback = listenIp !== undefined && ipScope(listenIp) === "loopback";
    // A socket that is bound to the loopback address reaches no tracker. Only this host has a loopback address itself.
    this.udpPort = new UdpPort({ runtime, port, ip: isLoopback ? undefined : listenIp });
    this.#mayBypassProxy = runtime.route.mayBypassProxy;
    this.#utp = new UtpTransport({
      runtime,
      port: this.udpPort,
      isEnabled: (options.utp ?? true) && !this.#mayBypassProxy,
      accepts: (from) => (!isLoopback || ipScope(from.ip) === "loopback") && !ipFilter.isSenderBlocked(from),
      ...(listenIp === undefined ? {} : { families: [ipFamily(listenIp)] }),
    });
    const tcp = new TcpTransport({ runtime, ip: listenIp, ports: portsOf(options.port) });
    this.all = [tcp, this.#utp];
    this.encryption = { policy: options.encryption ?? "preferred" };
    this.connector = new PeerConnector(runtime, new Connector(runtime.clock, this.all), () => this.encryption.policy);
  }

  /** Switches uTP on or off; connections stay open. Never rejects. */
  setUtp(isOn: boolean): Promise<void> {
    return this.#utp.setEnabled(isOn && !this.#mayBypassProxy);
  }

  /** Ends all connections over uTP, because the local address that they had is gone. */
  drop(error: Error): void {
    this.#utp.drop(error);
  }

  /** Closes the UDP sockets, after the torrents and the listener were closed. */
  async close(): Promise<void> {
    // Without a listener, it was not closed.
    await this.#utp.close();
    await this.udpPort.close();
  }
}
