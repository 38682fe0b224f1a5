import type { CommandModel, OptionModel, ProgramModel, ValueKind } from "./model.ts";

/** Returns a completion script for fish. */
export function fishScript(program: ProgramModel): string {
  const names = program.commands.flatMap((command) => command.names);
  const lines = [
    "# fish completion for millrace; made by `millrace completion fish`",
    "complete -c millrace -f",
    ...program.commands.map(
      (command) =>
        `complete -c millrace -n __fish_use_subcommand -a ${command.names[0] ?? ""} -d ${quote(command.description)}`,
    ),
    "complete -c millrace -n __fish_use_subcommand -a help -d 'explain a command'",
    "complete -c millrace -n __fish_use_subcommand -l version -d 'print the version'",
    `complete -c millrace -n '__fish_seen_subcommand_from help' -a ${quote(names.join(" "))}`,
    ...program.commands.flatMap(commandLines),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CommandModel): string[] {
  const condition = `-n '__fish_seen_subcommand_from ${command.names.join(" ")}'`;
  const argument = values(command.argument);
  return [
    ...(argument === "" ? [] : [`complete -c millrace ${condition} ${argument}`]),
    ...command.options.map((option) => `complete -c millrace ${condition} ${optionPart(option)}`),
  ];
}

function optionPart(option: OptionModel): string {
  const short = option.short === undefined ? "" : ` -s ${option.short.slice(1)}`;
  const value = option.value === "none" ? "" : ` -r ${values(option.value)}`;
  return `-l ${option.long.slice(2)}${short}${value.trimEnd()} -d ${quote(option.description)}`;
}

function values(kind: ValueKind): string {
  switch (kind) {
    case "none":
    case "text":
      return "";
    case "file":
      return "-F";
    case "folder":
      return "-a '(__fish_complete_directories)'";
    case "torrent":
      return "-a '(__fish_complete_suffix .torrent)'";
    default:
      return `-a ${quote(kind.choices.join(" "))}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
