import type { Command } from "commander";
import { peersArgument, portArgument, rateArgument } from "../arguments.ts";
import type { CommonFlags } from "../session.ts";

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
    .option("--peer <host:port>", "try this peer, too; may be repeated, or several with commas", peersArgument("--peer"))
    .option("--port <number>", "listen there; 0 is any port (default: the first free one from 6881 to 6889)", portArgument("--port"))
    .option("--max-down <rate>", "receive no more than this a second, such as 500KiB", rateArgument("--max-down"))
    .option("--max-up <rate>", "send no more than this a second", rateArgument("--max-up"))
    .option("--no-trackers", "ask no tracker")
    .option("-q, --quiet", "say nothing but what goes wrong");
}

/** The options of the client that these flags stand for. */
export function clientFlags(flags: SwarmFlags): { downloadDir: string; trackers: boolean; port?: number; maxDownloadRate?: number; maxUploadRate?: number } {
  return {
    downloadDir: flags.dir,
    trackers: flags.trackers,
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.maxDown === undefined ? {} : { maxDownloadRate: flags.maxDown }),
    ...(flags.maxUp === undefined ? {} : { maxUploadRate: flags.maxUp }),
  };
}
