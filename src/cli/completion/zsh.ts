import type { CommandReference, OptionReference, Values } from "../reference/describe-program.ts";
import { FIND_MOUNTS, FIND_PROFILES, REMOTE_ROOTS } from "./offers.ts";

/** The completion for zsh: a file `_bsmount` in a folder of `$fpath`, or sourced after `compinit`. */
export function zshCompletion(program: CommandReference): string {
  const [name] = program.names;
  return `#compdef ${name}
# Completion for zsh: . <(${name} completion zsh), after compinit; or as _${name} in a folder of $fpath
__${name}_mounts() { local -a found=(\${(f)"$(${FIND_MOUNTS})"}); compadd -a found }
__${name}_profiles() { local -a found=(\${(f)"$(${FIND_PROFILES})"}); compadd -a found }
__${name}_remote() { compadd -S '' ${REMOTE_ROOTS.join(" ")} }
${functionOf(program, `_${name}`)}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

/** The function for a command, preceded by those for its subcommands. */
function functionOf(command: CommandReference, functionName: string): string {
  const subfunctions = command.commands.map((subcommand) =>
    functionOf(subcommand, `${functionName}_${subcommand.names[0]}`),
  );
  const words = command.commands.length === 0 ? argumentSpecs(command) : COMMAND_SPECS;
  const specs = [...command.options.map(optionSpec), ...words];
  const lines = [
    ...subfunctions,
    `${functionName}() {`,
    "  local curcontext=$curcontext state line",
    "  typeset -A opt_args",
    `  _arguments -s -S -C \\\n    ${specs.join(" \\\n    ")}`,
    ...(command.commands.length === 0 ? [] : dispatch(command, functionName)),
    "}",
  ];
  return lines.join("\n");
}

const COMMAND_SPECS: readonly string[] = ["'1:command:->command'", "'*::argument:->argument'"];

function dispatch({ commands }: CommandReference, functionName: string): readonly string[] {
  const described = commands.flatMap(({ names, description }) =>
    names.map((name) => quoted(`${name}:${description}`)),
  );
  return [
    "  case $state in",
    `    command) local -a commands=(\n      ${described.join("\n      ")}\n    ); _describe command commands ;;`,
    "    argument) case $words[1] in",
    ...commands.map(({ names }) => `      ${names.join(" | ")}) ${functionName}_${names[0]} ;;`),
    "    esac ;;",
    "  esac",
  ];
}

function optionSpec({ long, short, argument, values, help }: OptionReference): string {
  const explained = `[${escaped(help)}]`;
  const value = argument === undefined ? "" : `:${argument}:${action(values)}`;
  const full = `${long}${argument === undefined ? "" : "="}`;
  if (short === undefined) return quoted(`${full}${explained}${value}`);
  const shortForm = `${short}${argument === undefined ? "" : "+"}`;
  return `${quoted(`(${short} ${long})`)}{${shortForm},${full}}${quoted(`${explained}${value}`)}`;
}

function argumentSpecs({ values }: CommandReference): readonly string[] {
  return values === undefined ? [] : [quoted(`*:argument:${action(values)}`)];
}

function action(values: Values): string {
  switch (values.kind) {
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "mount":
      return "__bsmount_mounts";
    case "profile":
      return "__bsmount_profiles";
    case "remote":
      return "__bsmount_remote";
    case "choice":
      return `(${values.choices.join(" ")})`;
    default:
      return " ";
  }
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
