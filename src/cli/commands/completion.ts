import { Argument } from "commander";
import type { Command } from "commander";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { describeProgram } from "../completion/model.ts";
import type { ProgramModel } from "../completion/model.ts";
import { zshScript } from "../completion/zsh.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { CommandLineError } from "../problem.ts";
import { buildProgram } from "../program.ts";
import type { CommonFlags, Session } from "../session.ts";

const SCRIPTS: Readonly<Record<string, (model: ProgramModel) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function completionCommand(entry: CommandEntry): Command {
  const command = newCommand(entry, "Prints a script that lets the shell complete commands, options and torrent files.", [
    ['completion bash > ~/.local/share/bash-completion/completions/millrace', "bash, for good"],
    ['completion zsh > "${fpath[1]}/_millrace"', "zsh, for good"],
    ["completion fish > ~/.config/fish/completions/millrace.fish", "fish, for good"],
  ]).addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)));
  return act<CommonFlags>(command, entry, run);
}

async function run({ args, output }: Session): Promise<number> {
  const shell = args[0] ?? "";
  const script = SCRIPTS[shell]?.(describeProgram(await buildProgram("all")));
  if (script === undefined) throw new CommandLineError(`no completion for ${shell}`);
  output.data({ shell, script });
  output.line(script.trimEnd());
  return EXIT_DONE;
}
