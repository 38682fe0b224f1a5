import type { CommandModel, OptionModel, ProgramModel, ValueKind } from "./model.ts";

/** Returns a completion script for zsh. Save it as \`_millrace\` in a folder of \`fpath\`, or source it. */
export function zshScript(program: ProgramModel): string {
  const commands = program.commands.map(
    (command) => `    ${quote(`${command.names[0] ?? ""}:${command.description.replaceAll(":", "\\:")}`)}`,
  );
  return `#compdef millrace
# zsh completion for millrace; made by \`millrace completion zsh\`
_millrace() {
  local -a commands
  commands=(
${commands.join("\n")}
    'help:explain a command'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[explain the program]' '--version[print the version]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    help) _describe command commands ;;
${program.commands.map(commandCase).join("\n")}
  esac
}
if [ "$funcstack[1]" = _millrace ]; then _millrace "$@"; else compdef _millrace millrace; fi
`;
}

function commandCase(command: CommandModel): string {
  const specs = command.options.flatMap(optionSpecs);
  const argument = command.argument === "none" ? [] : [quote(`*:${action(command.argument)}`)];
  return `    ${command.names.join("|")})
      _arguments \\
        ${[...specs, ...argument].join(" \\\n        ")} ;;`;
}

function optionSpecs(option: OptionModel): string[] {
  const description = option.description.replaceAll(/[[\]]/g, "\\$&");
  const value = option.value === "none" ? "" : `:${action(option.value)}`;
  const names = option.short === undefined ? [option.long] : [option.short, option.long];
  // The star lets an option be repeated.
  return names.map((name) => quote(`*${name}[${description}]${value}`));
}

/** Returns the end of a spec for zsh's \`_arguments\`: the description of a value, and how zsh completes it. */
function action(kind: ValueKind): string {
  switch (kind) {
    case "none":
    case "text":
      return "value: ";
    case "file":
      return "file:_files";
    case "folder":
      return "folder:_files -/";
    case "torrent":
      return 'torrent:_files -g "*.torrent(-.)"';
    default:
      return `choice:(${kind.choices.join(" ")})`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
