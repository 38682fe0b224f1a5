import type { Command } from "commander";
import { formatEndpoint, parseListenEndpoint, VERSION } from "../../base/index.ts";
import { wholeArgument } from "../input/arguments.ts";
import { nodesArgument } from "../input/dht-bootstrap.ts";
import { encryptionOption } from "../input/encryption.ts";
import { interfacesArgument } from "../input/lsd-interfaces.ts";
import type { EncryptionPolicy } from "../../transport/index.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { parseArgument } from "../output/problem.ts";
import type { CommonFlags, Session } from "../session.ts";
import { aborted } from "../wait.ts";

interface DaemonFlags extends CommonFlags {
  readonly config?: string;
  readonly listen?: string;
  readonly state?: string;
  readonly dir?: string;
  readonly peerPort?: number;
  readonly allowPrivate?: boolean;
  /** Whether the daemon uses the DHT. It is `false` with `--no-dht`. */
  readonly dht: boolean;
  readonly dhtBootstrap?: readonly string[];
  /** Whether the daemon uses uTP; `false` with `--no-utp`. */
  readonly utp: boolean;
  /** Whether the port is mapped at the router; `false` with `--no-port-mapping`. */
  readonly portMapping: boolean;
  /** Whether peers exchange the addresses of other peers; `false` with `--no-pex`. */
  readonly pex: boolean;
  /** Whether the daemon looks for peers in the local network; `false` with `--no-lsd`. */
  readonly lsd: boolean;
  readonly lsdInterface?: readonly string[];
  readonly encryption?: EncryptionPolicy;
  readonly ipFilter?: string;
}

/** Defines `millrace daemon`. */
export function daemonCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Runs Millrace as a service, with a page in the browser, an API and Transmission's RPC. It stays in the foreground until Ctrl-C or SIGTERM; SIGHUP reads the configuration again.",
      "The first start prints a token for the login, of which only the hash is stored; MILLRACE_TOKEN sets another token.",
    ].join("\n\n"),
    [
      ["daemon", "reachable from this machine only; the URL is printed"],
      ["daemon --listen 127.0.0.1:9191 --dir /srv/torrents --peer-port 6881", "with the most common options"],
      ["daemon --config /etc/millrace.toml", "as a system service; see docs/daemon.md"],
    ],
  )
    .option("--config <file>", "the configuration file (default: config.toml in the user's configuration folder)")
    .option(
      "--listen <host:port>",
      "the address of the page and the API; port 0 is any free port (default: 127.0.0.1:9191)",
      addressArgument,
    )
    .option("--state <folder>", "the folder for torrents and progress (default: the user's data folder)")
    .option("--dir <folder>", "the folder for downloads")
    .option(
      "--peer-port <port>",
      "the port that peers connect to; 0 is any free port",
      wholeArgument("--peer-port", 0, 65_535),
    )
    .option("--no-dht", "do not use the DHT")
    .option(
      "--dht-bootstrap <host:port>",
      "a DHT node to query first, in place of the default ones; may be repeated",
      nodesArgument("--dht-bootstrap"),
    )
    .option("--no-utp", "connect to peers by TCP only, not by uTP")
    .option("--no-port-mapping", "do not map the peer port at the router")
    .option("--no-pex", "do not exchange addresses of peers with other peers")
    .option("--no-lsd", "do not search for peers in the local network, and do not announce torrents there")
    .option(
      "--lsd-interface <name>",
      "search the local network only through this network interface, given by name or address; may be repeated (default: all)",
      interfacesArgument,
    )
    .addOption(encryptionOption())
    .option("--ip-filter <file>", "block peers in the ranges of this file: PeerGuardian, DAT or CIDR, also as gzip")
    .option(
      "--proxy <url>",
      "reach peers, trackers and web servers through this proxy: socks5://[USER:PASSWORD@]HOST:PORT or http://…",
    )
    .option("--proxy-only", "send nothing to other hosts except through the proxy")
    .option(
      "--bind <interface>",
      "use only this network interface for torrents, given by name (tun0) or IP address: while it is down, nothing is sent or accepted",
    )
    .option("--allow-private", "allow torrent and tracker URLs that lead to private networks or to this machine");
  return act<DaemonFlags>(command, entry, run);
}

function addressArgument(text: string): string {
  return formatEndpoint(parseArgument("--listen", () => parseListenEndpoint(text)));
}

async function run(session: Session<DaemonFlags>): Promise<number> {
  const { flags, output, interrupt } = session;
  const { Daemon, loadConfig } = await import("../../daemon/index.ts");
  const load = (): ReturnType<typeof loadConfig> =>
    loadConfig({
      file: flags.config,
      environment: process.env,
      flags: {
        listen: flags.listen,
        stateDir: flags.state,
        downloadDir: flags.dir,
        peerPort: flags.peerPort,
        dht: flags.dht ? undefined : false,
        dhtBootstrap: flags.dhtBootstrap,
        utp: flags.utp ? undefined : false,
        portMapping: flags.portMapping ? undefined : false,
        pex: flags.pex ? undefined : false,
        lsd: flags.lsd ? undefined : false,
        lsdInterfaces: flags.lsdInterface,
        encryption: flags.encryption,
        ipFilter: flags.ipFilter,
        proxy: flags.proxy,
        proxyOnly: flags.proxyOnly,
        bind: flags.bind,
        allowPrivateAddresses: flags.allowPrivate,
        logLevel: flags.verbose === true ? "debug" : undefined,
      },
    });
  const { config } = await load();
  const shutdown = new AbortController();
  // A service manager's SIGHUP asks for the configuration to be read again, not for an end.
  const stopping = AbortSignal.any([interrupt.signalWithout("SIGHUP"), shutdown.signal]);
  const daemon = await Daemon.start({
    config,
    version: VERSION,
    token: process.env["MILLRACE_TOKEN"],
    onShutdown: () => shutdown.abort(),
  });
  const onHangUp = (): void => daemon.reload(load);
  process.on("SIGHUP", onHangUp);
  try {
    output.data({
      event: "ready",
      url: daemon.url,
      ...(daemon.newToken === undefined ? {} : { token: daemon.newToken }),
    });
    output.line(`Millrace is at ${daemon.url}`);
    if (daemon.newToken !== undefined) output.line(`Log in with the token ${daemon.newToken} — it is not shown again.`);
    output.line("Ctrl-C stops the daemon.");
    await aborted(stopping);
    output.note("stopping");
  } finally {
    process.off("SIGHUP", onHangUp);
    await daemon.close();
  }
  output.data({ event: "stopped" });
  return EXIT_DONE;
}
