import type { CommandModel, OptionModel, ProgramModel, ValueKind } from "./model.ts";

/** Returns a completion script for bash. It does not need the bash-completion package. */
export function bashScript(program: ProgramModel): string {
  const names = [...program.commands.flatMap((command) => command.names), "help"].join(" ");
  return `# bash completion for millrace; made by \`millrace completion bash\`
_millrace_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_millrace_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); }
_millrace_folders() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); }
_millrace_torrents() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$cur"; compgen -f -X '!*.torrent' -- "$cur")
}
_millrace() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _millrace_words "${names} --help --version"
    return
  fi
  case $command in
    help)
      _millrace_words "${names}"
      ;;
${program.commands.map(commandCase).join("\n")}
  esac
}
complete -F _millrace millrace
`;
}

function commandCase(command: CommandModel): string {
  const valued = command.options.filter((option) => option.value !== "none");
  const words = command.options.flatMap(names).join(" ");
  const cases = valued
    .map((option) => `        ${names(option).join("|")}) ${complete(option.value)}; return ;;`)
    .join("\n");
  return `    ${command.names.join("|")})
      case $prev in
${cases === "" ? "        '') ;;" : cases}
      esac
      case $cur in
        -*) _millrace_words "${words}" ;;
        *) ${complete(command.argument)} ;;
      esac
      ;;`;
}

function names(option: OptionModel): string[] {
  return option.short === undefined ? [option.long] : [option.short, option.long];
}

function complete(kind: ValueKind): string {
  switch (kind) {
    case "none":
    case "text":
      return ":";
    case "file":
      return "_millrace_files";
    case "folder":
      return "_millrace_folders";
    case "torrent":
      return "_millrace_torrents";
    default:
      return `_millrace_words "${kind.choices.join(" ")}"`;
  }
}
