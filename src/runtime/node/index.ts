/** The real host: Node's sockets, files, threads and clock. The only room that touches them. */
import type { Log } from "../log.ts";
import { silentLog } from "../log.ts";
import type { Runtime } from "../index.ts";
import { nodeClock } from "./clock.ts";
import { nodeDatagrams } from "./datagrams.ts";
import { nodeFiles } from "./files.ts";
import { NodeHasher } from "./hasher.ts";
import { nodeHttpClient } from "./http-client.ts";
import { nodeHttpServers } from "./http-server.ts";
import { nodeNet } from "./net.ts";
import { nodeRandom } from "./random.ts";

export interface NodeRuntimeOptions {
  /** Default: silent. */
  readonly log?: Log;
  /** Hashing threads. Default: the number of cores. */
  readonly hashThreads?: number;
}

/** A Runtime on this machine. Holds nothing until it is used; `close` it when done. */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const hasher = new NodeHasher(options.hashThreads);
  return {
    clock: nodeClock,
    random: nodeRandom,
    net: nodeNet,
    datagrams: nodeDatagrams,
    http: nodeHttpClient,
    httpServers: nodeHttpServers,
    files: nodeFiles,
    hasher,
    log: options.log ?? silentLog,
    close: () => hasher.close(),
  };
}
