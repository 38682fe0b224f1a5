/**
 * The services that the engine needs of its host. `millrace/runtime/node` implements them with Node; `millrace/sim`
 * implements them with a virtual clock, network and disk. The engine uses no other way to reach the host, so that tests
 * can simulate it.
 */
import type { Clock } from "./clock.ts";
import type { Datagrams } from "./datagrams.ts";
import type { Files } from "./files.ts";
import type { Gateways } from "./gateways.ts";
import type { Hasher } from "./hasher.ts";
import type { HttpClient, HttpServers } from "./http.ts";
import type { KeyExchange } from "./key-exchange.ts";
import type { Log } from "./log.ts";
import type { Multicast } from "./multicast.ts";
import type { Net } from "./net.ts";
import type { Random } from "./random.ts";
import type { Route } from "./route.ts";
import type { Signatures } from "./signatures.ts";

export * from "./abort.ts";
export * from "./clock.ts";
export * from "./datagrams.ts";
export * from "./files.ts";
export * from "./gateways.ts";
export * from "./hasher.ts";
export * from "./http.ts";
export * from "./key-exchange.ts";
export * from "./log.ts";
export * from "./multicast.ts";
export * from "./net.ts";
export * from "./random.ts";
export * from "./route.ts";
export * from "./signatures.ts";

/** The services of the host that the engine uses: time, randomness, network, files and hashing. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  readonly datagrams: Datagrams;
  readonly multicast: Multicast;
  readonly gateways: Gateways;
  readonly http: HttpClient;
  readonly httpServers: HttpServers;
  readonly route: Route;
  readonly files: Files;
  readonly hasher: Hasher;
  readonly signatures: Signatures;
  readonly keyExchange: KeyExchange;
  readonly log: Log;
  /** Ends hashing threads and closes idle HTTP connections. */
  close(): Promise<void>;
}
