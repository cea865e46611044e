import type { CommandReference, OptionReference, Values } from "../reference/describe-program.ts";
import { FIND_MOUNTS, FIND_PROFILES, REMOTE_ROOTS } from "./offers.ts";

/** The completion for fish 3 and newer: `~/.config/fish/completions/bsmount.fish`, or sourced. */
export function fishCompletion(program: CommandReference): string {
  const [name] = program.names;
  const lines = [
    `# Completion for fish: ${name} completion fish | source`,
    `complete -c ${name} -f`,
    ...linesOf(program, `complete -c ${name}`, []),
  ];
  return `${lines.join("\n")}\n`;
}

/** @param above - the conditions under which the line is in this command */
function linesOf(
  { options, commands, values }: CommandReference,
  complete: string,
  above: readonly string[],
): readonly string[] {
  const names = commands.flatMap((command) => command.names);
  const here = names.length === 0 ? above : [...above, `not ${SEEN} ${names.join(" ")}`];
  const when = here.length === 0 ? "" : ` -n ${quoted(here.join("; and "))}`;
  return [
    ...options.map((option) => `${complete}${when} ${optionOf(option)}`),
    ...(values === undefined ? [] : [`${complete}${when} ${offer(values)}`]),
    ...commands.flatMap((command) =>
      command.names.map(
        (name) => `${complete}${when} -a ${name} -d ${quoted(command.description)}`,
      ),
    ),
    ...commands.flatMap((command) =>
      linesOf(command, complete, [...above, `${SEEN} ${command.names.join(" ")}`]),
    ),
  ];
}

const SEEN = "__fish_seen_subcommand_from";

function optionOf({ long, short, argument, values, help }: OptionReference): string {
  const flags = `${short === undefined ? "" : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  const value = argument === undefined ? "" : ` -r ${offer(values)}`;
  return `${flags}${value} -d ${quoted(help)}`;
}

function offer(values: Values): string {
  switch (values.kind) {
    case "file":
      return "-F";
    case "folder":
      return "-f -a '(__fish_complete_directories)'";
    case "mount":
      return `-f -a ${quoted(`(${FIND_MOUNTS})`)}`;
    case "profile":
      return `-f -a ${quoted(`(${FIND_PROFILES})`)}`;
    case "remote":
      return `-f -a ${quoted(REMOTE_ROOTS.join(" "))}`;
    case "choice":
      return `-f -a ${quoted(values.choices.join(" "))}`;
    default:
      return "-f";
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
