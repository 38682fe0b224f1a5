import type { Command } from "commander";
import type { Runtime } from "../../runtime/index.ts";
import { peersArgument, portArgument, rateArgument } from "../input/arguments.ts";
import type { CommonFlags } from "../session.ts";
import { DialWatch } from "./dial-watch.ts";
import type { StallWatchOptions } from "./stall-watch.ts";

/** What every command that exchanges data takes. */
export interface SwarmFlags extends CommonFlags {
  readonly dir: string;
  readonly peer?: readonly string[];
  readonly port?: number;
  readonly maxDown?: number;
  readonly maxUp?: number;
  /** `false` with `--no-trackers`. */
  readonly trackers: boolean;
  readonly quiet?: boolean;
}

/** Adds the options of {@link SwarmFlags} but for `--dir`, which means something else to each. */
export function addSwarmOptions(command: Command): Command {
  return command
    .option(
      "--peer <host:port>",
      "try this peer, too; may be repeated, or several with commas",
      peersArgument("--peer"),
    )
    .option(
      "--port <number>",
      "listen there; 0 is any port (default: the first free one from 6881 to 6889)",
      portArgument("--port"),
    )
    .option("--max-down <rate>", "receive no more than this a second, such as 500KiB", rateArgument("--max-down"))
    .option("--max-up <rate>", "send no more than this a second", rateArgument("--max-up"))
    .option("--no-trackers", "ask no tracker")
    .option("-q, --quiet", "say nothing but what goes wrong");
}

/** A runtime whose dials are watched, and what else it takes to tell why a torrent has no peers. */
export function watchStalls(
  runtime: Runtime,
  flags: SwarmFlags,
): { readonly runtime: Runtime; readonly stalls: StallWatchOptions } {
  const dials = new DialWatch(runtime.net);
  return {
    runtime: { ...runtime, net: dials },
    stalls: { dials, peers: flags.peer ?? [], asksTrackers: flags.trackers },
  };
}

/** The options of the client that these flags stand for. */
export function clientFlags(flags: SwarmFlags): {
  downloadDir: string;
  trackers: boolean;
  port?: number;
  maxDownloadRate?: number;
  maxUploadRate?: number;
} {
  return {
    downloadDir: flags.dir,
    trackers: flags.trackers,
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.maxDown === undefined ? {} : { maxDownloadRate: flags.maxDown }),
    ...(flags.maxUp === undefined ? {} : { maxUploadRate: flags.maxUp }),
  };
}
