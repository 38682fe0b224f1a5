import type { Command } from "commander";
import { withoutPassword } from "../../runtime/node/index.ts";
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
    "Shows the configuration that the daemon would use, and the source of each value: the environment, the file or the default.",
    [
      ["config", "the values that apply"],
      ["config --sample > config.toml", "write a file with every key and its explanation"],
      ["config --config /etc/millrace.toml --json", "the values from another file, as JSON"],
    ],
  )
    .option("--config <file>", "the configuration file (default: config.toml in the user's configuration folder)")
    .option("--sample", "print a configuration file with every key and its default");
  return act<ConfigFlags>(command, entry, run);
}

async function run({ flags, output }: Session<ConfigFlags>): Promise<number> {
  const { configText, loadConfig, sampleConfig } = await import("../../daemon/index.ts");
  if (flags.sample === true) {
    output.line(sampleConfig().trimEnd());
    output.data({ sample: sampleConfig() });
    return EXIT_DONE;
  }
  const { config: loaded, origins, file } = await loadConfig({ file: flags.config, environment: process.env });
  // What is printed may end in a bug report.
  const config = { ...loaded, proxy: loaded.proxy === "" ? "" : withoutPassword(loaded.proxy) };
  output.data({ file: file ?? null, config, origins });
  output.line(
    `# ${file === undefined ? "there is no configuration file: `millrace config --sample` prints a sample" : file}`,
  );
  output.line(configText(config, (key) => (origins[key] === "default" ? "" : `  # ${origins[key] ?? ""}`)).trimEnd());
  return EXIT_DONE;
}
