import { Command } from "commander";
import { VERSION } from "../base/index.ts";
import type { CommandEntry } from "./command.ts";
import { COMMANDS, findCommand } from "./commands.ts";
import { styleFor } from "../terminal/index.ts";

const DESCRIPTION = `BitTorrent for the command line: download, share, make and inspect torrents.

\`millrace demo\` runs a whole transfer on this machine.`;

/**
 * Returns the command that a command line runs or requests help for, as in `download x` and `help download`. Returns
 * `undefined` for an unknown command.
 */
export function selectCommand(args: readonly string[]): CommandEntry | undefined {
  const names = args.filter((arg) => !arg.startsWith("-"));
  return findCommand(names[0] === "help" ? names[1] : names[0]);
}

/**
 * Rewrites `help NAME` and `NAME --help` with an unknown name to `NAME`, so that the command line fails, and the error
 * message suggests the nearest command.
 */
export function withoutUnknownHelp(args: readonly string[]): readonly string[] {
  const [first, topic] = args.filter((arg) => !arg.startsWith("-"));
  const name = first === "help" ? topic : first;
  return name === undefined || findCommand(name) !== undefined ? args : [name];
}

/** Returns `COMMAND ACTION --help` without `--help` when the command has actions and this is none of them. */
export function withoutUnknownAction(program: Command, args: readonly string[]): readonly string[] {
  const [first, action] = args;
  const command = program.commands.find((each) => each.name() === first || each.aliases().includes(first ?? ""));
  if (command === undefined || action === undefined || action.startsWith("-") || command.commands.length === 0)
    return args;
  const names = [...command.commands.flatMap((each) => [each.name(), ...each.aliases()]), "help"];
  return names.includes(action) ? args : args.filter((arg) => arg !== "--help" && arg !== "-h");
}

/**
 * Builds the program with the full definition of the command `full`, or of all commands when `full` needs them all. The
 * other commands have only their names and descriptions.
 */
export async function buildProgram(full: CommandEntry | undefined): Promise<Command> {
  const style = styleFor(process.stdout);
  const program = new Command("millrace")
    .description(DESCRIPTION)
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain the program or a command")
    .helpCommand("help [command]", "explain a command")
    .usage("COMMAND [options]")
    .addHelpText(
      "after",
      `
\`millrace help COMMAND\` has options and examples of each. Every command takes --json (for programs) and --verbose.
Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`,
    )
    .configureHelp({ styleTitle: (title) => style.strong(title), styleCommandText: (text) => text })
    .exitOverride();
  // The caller prints errors in one line.
  program.configureOutput({ outputError: () => undefined });
  for (const entry of COMMANDS) {
    const command = full?.describesAll === true || full === entry ? (await entry.load())(entry) : stub(entry);
    command.copyInheritedSettings(program);
    command.helpOption("-h, --help", "explain this command");
    for (const action of command.commands)
      action.copyInheritedSettings(command).helpOption("-h, --help", "explain this action");
    program.addCommand(command);
  }
  return program;
}

/**
 * Defines a command without options, which is enough for the list of commands in help, and for suggestions of its name.
 */
function stub(entry: CommandEntry): Command {
  const command = new Command(entry.name).summary(entry.summary).description(entry.summary).usage(entry.usage);
  if (entry.alias !== undefined) command.alias(entry.alias);
  return command;
}
