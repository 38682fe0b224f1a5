import type { Command } from "commander";
import { formatEndpoint, parseListenEndpoint, VERSION } from "../../base/index.ts";
import { wholeArgument } from "../input/arguments.ts";
import { nodesArgument } from "../input/dht-bootstrap.ts";
import { interfacesArgument } from "../input/lsd-interfaces.ts";
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
  /** Whether peers exchange the addresses of others; `false` with `--no-pex`. */
  readonly pex: boolean;
  /** Whether peers in the local network are looked for; `false` with `--no-lsd`. */
  readonly lsd: boolean;
  readonly lsdInterface?: readonly string[];
}

/** Defines `millrace daemon`. */
export function daemonCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Runs Millrace as a service, with a page in the browser, an API and Transmission's RPC. It stays in the foreground until Ctrl-C or SIGTERM; SIGHUP reads the configuration again.",
      "The first start prints a token to log in with, which is stored as a hash alone; MILLRACE_TOKEN sets one.",
    ].join("\n\n"),
    [
      ["daemon", "on this machine alone; the address is printed"],
      ["daemon --listen 127.0.0.1:9191 --dir /srv/torrents --peer-port 6881", "with the most common options"],
      ["daemon --config /etc/millrace.toml", "as a service: see docs/daemon.md"],
    ],
  )
    .option("--config <file>", "the configuration file (default: config.toml in the user's configuration folder)")
    .option(
      "--listen <host:port>",
      "where the page is served; port 0 is any (default: 127.0.0.1:9191)",
      addressArgument,
    )
    .option("--state <folder>", "where torrents and progress are kept (default: the user's data folder)")
    .option("--dir <folder>", "where downloads go")
    .option("--peer-port <port>", "the port that peers connect to; 0 is any", wholeArgument("--peer-port", 0, 65_535))
    .option("--no-dht", "take no part in the DHT")
    .option(
      "--dht-bootstrap <host:port>",
      "a node of the DHT to begin with, instead of the default ones; may be repeated",
      nodesArgument("--dht-bootstrap"),
    )
    .option("--no-pex", "exchange no addresses of peers with other peers")
    .option("--no-lsd", "neither look for peers in the local network nor announce there")
    .option(
      "--lsd-interface <name>",
      "the network interface for that, by name or address, instead of all; may be repeated",
      interfacesArgument,
    )
    .option("--allow-private", "let torrent addresses and trackers lead into private networks and to this machine");
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
        pex: flags.pex ? undefined : false,
        lsd: flags.lsd ? undefined : false,
        lsdInterfaces: flags.lsdInterface,
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
    output.line("Ctrl-C stops it.");
    await aborted(stopping);
    output.note("stopping");
  } finally {
    process.off("SIGHUP", onHangUp);
    await daemon.close();
  }
  output.data({ event: "stopped" });
  return EXIT_DONE;
}
