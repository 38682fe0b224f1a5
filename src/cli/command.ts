import { Command } from "commander";
import { AbortError } from "../base/index.ts";
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE } from "./exit-code.ts";
import { Interrupt } from "./interrupt.ts";
import { Output } from "./output/output.ts";
import { CommandLineError, toProblem } from "./output/problem.ts";
import type { Problem } from "./output/problem.ts";
import { Session } from "./session.ts";
import type { CommonFlags } from "./session.ts";

/** The properties of a command that are known before its module is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  /** The arguments of the command in the form that its help shows. */
  readonly usage: string;
  /**
   * Whether the command with `--json` prints a series of events, one JSON line each, instead of one object. Its errors
   * are then printed as events as well.
   */
  readonly events: boolean;
  /** Set for a command that needs the options of all other commands: their modules are loaded as well. */
  readonly describesAll?: true;
  /** Loads the module of the command. Returns the function that defines the command's options. */
  readonly load: () => Promise<(entry: CommandEntry) => Command>;
}

/** An example for help: a command line, and a description of its effect. */
export type Example = readonly [line: string, meaning: string];

/**
 * The handler of Ctrl-C of the command that is running. It also stops the command after a broken pipe or an uncaught
 * error. `interrupt` is `undefined` while no command runs.
 */
export const current: { interrupt: Interrupt | undefined } = { interrupt: undefined };

/** Makes a command with the options that all commands have. */
export function newCommand(entry: CommandEntry, description: string, examples: readonly Example[]): Command {
  const command = new Command(entry.name).summary(entry.summary).description(description).allowExcessArguments(false);
  if (entry.alias !== undefined) command.alias(entry.alias);
  command.addHelpText(
    "after",
    `\nExamples:\n${examples.map(([line, meaning]) => `  # ${meaning}\n  $ ${commandLine(line)}`).join("\n")}`,
  );
  return command;
}

/**
 * Adds the common options and the action of a command. Call it last, so that help lists the command's own options
 * first. `work` resolves with the exit status.
 */
export function act<Flags extends CommonFlags>(
  command: Command,
  entry: CommandEntry,
  work: (session: Session<Flags>) => Promise<number>,
): Command {
  command
    .option("--json", entry.events ? "print events as JSON, one on each line" : "print the result as JSON")
    .option("-v, --verbose", "print a detailed log on stderr");
  return command.action(async () => {
    const interrupt = new Interrupt();
    current.interrupt = interrupt;
    const session = new Session<Flags>(command.optsWithGlobals<Flags>(), command.args, interrupt);
    process.exitCode = await guarded(session, entry, () => work(session));
    await session.close();
  });
}

async function guarded(session: Session, entry: CommandEntry, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (session.interrupt.interrupted && error instanceof AbortError) {
      session.output.note("interrupted");
      return EXIT_INTERRUPTED;
    }
    return reportFailure(session.output, entry.events, error, session.flags.verbose === true);
  }
}

/** Prints an error in the output format of the command. Returns the exit status for the error. */
export function reportFailure(output: Output, isEvent: boolean, thrown: unknown, isVerbose: boolean): number {
  const problem = toProblem(thrown);
  printProblem(output, isEvent, problem);
  if ((isVerbose || (process.env["DEBUG"] ?? "") !== "") && thrown instanceof Error) output.note(thrown.stack ?? "");
  return thrown instanceof CommandLineError ? EXIT_USAGE : EXIT_FAILED;
}

/** Prints an error as one line on stderr; with `--json` also as one JSON line on stdout. */
export function printProblem(output: Output, isEvent: boolean, problem: Problem): void {
  const { code, message } = problem;
  output.data(isEvent ? { event: "error", code, message } : { error: { code, message } });
  output.problem(problem);
}

/** Returns an example as it is typed: with the name of the program, unless the line begins with a variable. */
function commandLine(example: string): string {
  return /^[A-Z_]+=/.test(example) ? example : `millrace ${example}`;
}
