import type { Command } from "commander";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { EXIT_DONE } from "../exit-code.ts";
import type { CommonFlags, Session } from "../session.ts";

interface ConfigFlags extends CommonFlags {
  readonly config?: string;
  readonly sample?: boolean;
}

/** Defines `millrace config`. */
export function configCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    "Shows what the daemon would run with, and where each value is from: a flag, the environment, the file or the default.",
    [
      ["config", "what is in force"],
      ["config --sample > config.toml", "a file to begin with: every key, explained"],
      ["config --config /etc/millrace.toml --json", "of another file, for programs"],
    ],
  )
    .option("--config <file>", "the configuration file (default: config.toml in the user's configuration folder)")
    .option("--sample", "print a configuration file with every key at its default");
  return act<ConfigFlags>(command, entry, run);
}

async function run({ flags, output }: Session<ConfigFlags>): Promise<number> {
  const { configText, loadConfig, sampleConfig } = await import("../../daemon/index.ts");
  if (flags.sample === true) {
    output.line(sampleConfig().trimEnd());
    output.data({ sample: sampleConfig() });
    return EXIT_DONE;
  }
  const { config, origins, file } = await loadConfig({ file: flags.config, environment: process.env });
  output.data({ file: file ?? null, config, origins });
  output.line(
    `# ${file === undefined ? "there is no configuration file: `millrace config --sample` prints one" : file}`,
  );
  output.line(configText(config, (key) => (origins[key] === "default" ? "" : `  # ${origins[key] ?? ""}`)).trimEnd());
  return EXIT_DONE;
}
