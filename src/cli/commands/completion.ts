import { Argument } from "commander";
import type { Command } from "commander";
import { choiceArgument } from "../input/arguments.ts";
import { act, newCommand } from "../command.ts";
import type { CommandEntry } from "../command.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { describeProgram } from "../completion/model.ts";
import type { ProgramModel } from "../completion/model.ts";
import { zshScript } from "../completion/zsh.ts";
import { EXIT_DONE } from "../exit-code.ts";
import type { CommonFlags, Session } from "../session.ts";

const SCRIPTS: ReadonlyMap<string, (model: ProgramModel) => string> = new Map([
  ["bash", bashScript],
  ["zsh", zshScript],
  ["fish", fishScript],
]);

/** Defines `millrace completion`. */
export function completionCommand(entry: CommandEntry): Command {
  const shells = [...SCRIPTS.keys()];
  const command = newCommand(
    entry,
    "Prints a script that lets the shell complete commands, options and torrent files.",
    [
      ["completion bash > ~/.local/share/bash-completion/completions/millrace", "bash, permanently"],
      ['completion zsh > "${fpath[1]}/_millrace"', "zsh, permanently"],
      ["completion fish > ~/.config/fish/completions/millrace.fish", "fish, permanently"],
    ],
  ).addArgument(new Argument("<shell>", "the shell").choices(shells).argParser(choiceArgument("completion", shells)));
  return act<CommonFlags>(command, entry, async (session) => print(session, command.parent));
}

/**
 * Prints the completion script. `program` must contain the full definition of all commands; see
 * {@link CommandEntry.describesAll}.
 */
function print({ args, output }: Session, program: Command | null): number {
  const shell = args[0] ?? "";
  const script = program === null ? "" : (SCRIPTS.get(shell)?.(describeProgram(program)) ?? "");
  output.data({ shell, script });
  output.line(script.trimEnd());
  return EXIT_DONE;
}
