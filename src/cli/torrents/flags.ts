import type { Command } from "commander";
import envPaths from "env-paths";
import type { DhtSettings, LsdSettings } from "../../client/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dhtBootstrap, nodesArgument } from "../input/dht-bootstrap.ts";
import { encryptionOption } from "../input/encryption.ts";
import { mapsPort } from "../input/port-mapping.ts";
import { addProxyOptions, proxyOf } from "../input/proxy.ts";
import { interfacesArgument, lsdInterfaces } from "../input/lsd-interfaces.ts";
import type { EncryptionPolicy } from "../../transport/index.ts";
import { pathsArgument, peersArgument, portArgument, rateArgument } from "../input/arguments.ts";
import type { ProxyOptions } from "../../runtime/node/index.ts";
import type { CommonFlags } from "../session.ts";
import { DialWatch } from "./dial-watch.ts";
import type { StallWatchOptions } from "./stall-watch.ts";

/** Flags of every command that exchanges pieces with peers. */
export interface SwarmFlags extends CommonFlags {
  readonly dir: string;
  readonly peer?: readonly string[];
  readonly port?: number;
  readonly maxDown?: number;
  readonly maxUp?: number;
  /** Whether trackers are used. It is `false` with `--no-trackers`. */
  readonly trackers: boolean;
  /** Whether the DHT is used. It is `false` with `--no-dht`. */
  readonly dht: boolean;
  readonly dhtBootstrap?: readonly string[];
  /** Whether the client uses uTP; `false` with `--no-utp`. */
  readonly utp: boolean;
  /** Whether the port is mapped at the router; `false` with `--no-port-mapping`. */
  readonly portMapping: boolean;
  /** Whether peers exchange the addresses of other peers; `false` with `--no-pex`. */
  readonly pex: boolean;
  /** Whether the client looks for peers in the local network; `false` with `--no-lsd`. */
  readonly lsd: boolean;
  readonly lsdInterface?: readonly string[];
  readonly encryption?: EncryptionPolicy;
  readonly ipFilter?: readonly string[];
  readonly quiet?: boolean;
}

/** Adds the options of {@link SwarmFlags} except `--dir`, which differs between commands. */
export function addSwarmOptions(command: Command): Command {
  return addProxyOptions(command)
    .option(
      "--peer <host:port>",
      "connect to this peer as well; may be repeated, or several separated by commas",
      peersArgument("--peer"),
    )
    .option(
      "--port <number>",
      "the port to listen on; 0 is any free port (default: the first free one from 6881 to 6889)",
      portArgument("--port"),
    )
    .option(
      "--max-down <rate>",
      "the maximum download rate in bytes a second, such as 500KiB",
      rateArgument("--max-down"),
    )
    .option("--max-up <rate>", "the maximum upload rate in bytes a second", rateArgument("--max-up"))
    .option("--no-trackers", "do not use trackers")
    .option("--no-dht", "do not use the DHT")
    .option(
      "--dht-bootstrap <host:port>",
      "a DHT node to query first, in place of the default ones; may be repeated (default: MILLRACE_DHT_BOOTSTRAP)",
      nodesArgument("--dht-bootstrap"),
    )
    .option("--no-utp", "connect to peers by TCP only, not by uTP")
    .option("--no-port-mapping", "do not map the port at the router (as MILLRACE_PORT_MAPPING=false)")
    .option("--no-pex", "do not exchange addresses of peers with other peers")
    .option("--no-lsd", "do not search for peers in the local network, and do not announce torrents there")
    .option(
      "--lsd-interface <name>",
      "search the local network only through this network interface, given by name or address; may be repeated (default: MILLRACE_LSD_INTERFACES, or all)",
      interfacesArgument,
    )
    .addOption(encryptionOption())
    .option(
      "--ip-filter <file>",
      "block peers in the ranges of this file: PeerGuardian (P2P), DAT or CIDR, also as gzip; may be repeated",
      pathsArgument,
    )
    .option("-q, --quiet", "print only errors and warnings");
}

/**
 * Returns a runtime that records the outcomes of connections, and the options for finding the reason why a torrent has
 * no peers.
 */
export function watchStalls(
  runtime: Runtime,
  flags: SwarmFlags,
): { readonly runtime: Runtime; readonly stalls: StallWatchOptions } {
  const dials = new DialWatch(runtime.net);
  return {
    runtime: { ...runtime, net: dials },
    stalls: {
      dials,
      route: runtime.route,
      peers: flags.peer ?? [],
      asksTrackers: flags.trackers,
      encryption: flags.encryption,
    },
  };
}

/** Converts the flags to options of the client. */
export function clientFlags(flags: SwarmFlags): {
  downloadDir: string;
  trackers: boolean;
  pex: boolean;
  utp: boolean;
  portMapping: boolean;
  dht: false | DhtSettings;
  lsd: false | LsdSettings;
  ipFilter: readonly string[];
  port?: number | false;
  maxDownloadRate?: number;
  maxUploadRate?: number;
  encryption?: EncryptionPolicy;
} {
  return {
    downloadDir: flags.dir,
    trackers: flags.trackers,
    pex: flags.pex,
    utp: flags.utp,
    portMapping: mapsPort(flags.portMapping),
    dht: flags.dht && dhtSettings(dhtBootstrap(flags.dhtBootstrap)),
    lsd: flags.lsd && { interfaces: lsdInterfaces(flags.lsdInterface) },
    ...(flags.encryption === undefined ? {} : { encryption: flags.encryption }),
    ipFilter: flags.ipFilter ?? [],
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...proxied(proxyOf(flags)),
    ...(flags.maxDown === undefined ? {} : { maxDownloadRate: flags.maxDown }),
    ...(flags.maxUp === undefined ? {} : { maxUploadRate: flags.maxUp }),
  };
}

/** Returns the settings of a command's DHT node. Known nodes are kept between runs only for the public DHT. */
function dhtSettings(bootstrap: readonly string[] | undefined): DhtSettings {
  return bootstrap === undefined ? { stateDir: envPaths("millrace", { suffix: "" }).cache } : { bootstrap };
}

/** Returns the options of a client whose traffic all goes through a proxy. */
function proxied(proxy: ProxyOptions | undefined): { port?: false; lsd?: false } {
  return proxy?.only === true ? { port: false, lsd: false } : {};
}
