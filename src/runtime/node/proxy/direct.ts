import net from "node:net";
import type { Runtime } from "../../index.ts";
import { nodeDatagrams } from "../datagrams.ts";
import { nodeHttpClient } from "../http/client.ts";
import { nodeMulticast } from "../multicast.ts";
import { nodeNet } from "../net.ts";

/** The parts of a runtime that reach other hosts. */
export type NetworkParts = Pick<Runtime, "net" | "datagrams" | "multicast" | "http">;

/** The network of this host, through which a proxy is reached. */
export interface DirectNetwork extends NetworkParts {
  /** Begins to connect to a host by name or address. Resolves with a socket that is not connected yet. */
  begin(host: string, port: number, signal: AbortSignal | undefined): Promise<net.Socket>;
}

/** The network of this host, where the system chooses the local address of each socket. */
export const nodeDirect: DirectNetwork = {
  net: nodeNet,
  datagrams: nodeDatagrams,
  multicast: nodeMulticast,
  http: nodeHttpClient,
  begin: (host, port) => Promise.resolve(net.connect({ host, port, noDelay: true })),
};
