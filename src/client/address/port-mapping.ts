import { ipScope } from "../../base/index.ts";
import { PortMapper, type PortMappingState } from "../../portmap/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** The options of a client on which its port mapping depends. */
export interface PortMappingOptions {
  readonly portMapping?: boolean;
  /** `false`: the client does not listen. */
  readonly port?: unknown;
  readonly listenIp?: string;
}

/**
 * The mapping of a client's listening port at its router. It may be switched on and off. A client that listens to the
 * loopback address only, or not at all, never maps a port.
 */
export class ClientPortMapping {
  /** Called when the external ports have changed. */
  readonly listeners = new Set<() => void>();
  readonly #runtime: Runtime;
  readonly #isPossible: boolean;
  #isOn: boolean;
  #port = 0;
  #mapper: PortMapper | undefined;
  /** The external ports of the last mapping. They stay while a renewal fails: routers mostly map the same again. */
  #external: { readonly tcp: number; readonly udp: number | undefined } | undefined;
  #isClosed = false;
  /** Switches run one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor({ portMapping = false, port, listenIp }: PortMappingOptions, runtime: Runtime) {
    this.#runtime = runtime;
    this.#isPossible = port !== false && (listenIp === undefined || ipScope(listenIp) !== "loopback");
    this.#isOn = portMapping;
  }

  /** The state of the mapping; `undefined` while no port is to be mapped. */
  get state(): PortMappingState | undefined {
    return this.#mapper?.state;
  }

  /** The external TCP port; `undefined` while it is not known. */
  get tcpPort(): number | undefined {
    return this.#external?.tcp;
  }

  /** The external UDP port; `undefined` while it is not known. */
  get udpPort(): number | undefined {
    return this.#external?.udp;
  }

  /** The public IPv4 address of the router; `undefined` when it is not known or not public. */
  get externalIp(): string | undefined {
    const { state } = this;
    const ip = state?.kind === "mapped" ? state.externalIp : undefined;
    return ip !== undefined && ipScope(ip) === "public" ? ip : undefined;
  }

  /** Called when the client listens on a port: maps it, if that is switched on. */
  open(port: number): void {
    this.#port = port;
    this.#start();
  }

  /** Switches the mapping on or off. Resolves when it is removed, or begun. Never rejects. */
  set(isOn: boolean): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#isOn === isOn || this.#isClosed) return;
      this.#isOn = isOn;
      if (isOn) this.#start();
      else await this.#end();
    });
    return this.#queue;
  }

  /** Begins again, because this host is in another network, or again in the one before. */
  restart(): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#mapper === undefined || this.#isClosed) return;
      await this.#end();
      this.#start();
    });
  }

  /** Removes the mapping, in some seconds at most. The external ports stay known. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue;
    await this.#mapper?.close();
  }

  #start(): void {
    if (!this.#isOn || !this.#isPossible || this.#port === 0 || this.#mapper !== undefined || this.#isClosed) return;
    this.#mapper = new PortMapper({
      runtime: this.#runtime,
      port: this.#port,
      onChange: (state) => {
        if (state.kind === "mapped") this.#setExternal({ tcp: state.tcp, udp: state.udp });
      },
    });
  }

  async #end(): Promise<void> {
    const mapper = this.#mapper;
    this.#mapper = undefined;
    await mapper?.close();
    this.#setExternal(undefined);
  }

  #setExternal(ports: { readonly tcp: number; readonly udp: number | undefined } | undefined): void {
    const before = this.#external ?? { tcp: this.#port, udp: this.#port };
    this.#external = ports;
    const now = ports ?? { tcp: this.#port, udp: this.#port };
    if (this.#isClosed || (now.tcp === before.tcp && now.udp === before.udp)) return;
    for (const listener of this.listeners) listener();
  }
}
