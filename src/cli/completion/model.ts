import type { Command, Option } from "commander";

/** The kind of value that a shell completes after an option or for an argument. */
export type ValueKind = "none" | "file" | "torrent" | "folder" | "text" | { readonly choices: readonly string[] };

/** An option, with the facts that completion scripts need. */
export interface OptionModel {
  /** The long form, such as `--out`. */
  readonly long: string;
  /** The short form, such as `-o`. */
  readonly short: string | undefined;
  readonly description: string;
  readonly value: ValueKind;
}

/** A command and its options. */
export interface CommandModel {
  readonly names: readonly string[];
  readonly description: string;
  readonly options: readonly OptionModel[];
  readonly argument: ValueKind;
}

/** The program with all its commands. */
export interface ProgramModel {
  readonly commands: readonly CommandModel[];
}

/** Reads the program's commands and options from their definitions. */
export function describeProgram(program: Command): ProgramModel {
  return { commands: program.commands.map(describeCommand) };
}

function describeCommand(command: Command): CommandModel {
  const argument = command.registeredArguments[0];
  // Options of its actions are completed as its own; an action refuses those that it does not have.
  const options = [...command.options, ...command.commands.flatMap((action) => action.options)].filter(
    (option) => !option.hidden && option.long != null,
  );
  return {
    names: [command.name(), ...command.aliases()],
    description: command.summary(),
    options: [
      ...new Map(options.map((option) => [option.long, describeOption(option)])).values(),
      { long: "--help", short: "-h", description: "explain this command", value: "none" },
    ],
    argument: argument === undefined ? "none" : (choicesOf(argument.argChoices) ?? argumentKind(argument.name())),
  };
}

function describeOption(option: Option): OptionModel {
  const takesValue = option.required || option.optional;
  const long = option.long ?? "";
  return {
    long,
    short: option.short ?? undefined,
    description: option.description,
    value: takesValue ? (choicesOf(option.argChoices) ?? optionKind(long, option.flags)) : "none",
  };
}

function choicesOf(choices: readonly string[] | undefined): ValueKind | undefined {
  return choices === undefined || choices.length === 0 ? undefined : { choices };
}

function argumentKind(name: string): ValueKind {
  if (name.includes("path")) return "file";
  return /torrent|file|source/.test(name) ? "torrent" : "text";
}

function optionKind(long: string, flags: string): ValueKind {
  if (/<dir>/.test(flags)) return "folder";
  if (/<torrent/.test(flags)) return "torrent";
  return long === "--out" ? "file" : "text";
}
