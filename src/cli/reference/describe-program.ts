import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { OPTION_TYPES } from "../../config/option-types.ts";
import { detailsOf } from "../help-details.ts";
import { OPTION_ROWS, type OptionDefinition } from "../../config/option-values.ts";

/*
 * Begin here: `reference/` describes all commands and options as data. The shell completions (`../completion/`) and
 * the man page are generated from it, so that they agree with the parser.
 */

/** The values that shells can offer for an argument; none for `text`. */
export type Values =
  | { readonly kind: "text" | "file" | "folder" | "mount" | "remote" | "profile" }
  | { readonly kind: "choice"; readonly choices: readonly string[] };

export interface OptionReference {
  /** `--depth`, and `-L` where it has a short flag. */
  readonly long: string;
  readonly short: string | undefined;
  /** The placeholder of its argument; a switch has none. */
  readonly argument: string | undefined;
  readonly values: Values;
  /** One line, including the default and the environment variable, if any. */
  readonly help: string;
  /** Its row in the option table, if it has one. */
  readonly row: OptionDefinition | undefined;
}

export interface ArgumentReference {
  readonly name: string;
  readonly help: string;
}

export interface CommandReference {
  /** Its name and its aliases. */
  readonly names: readonly [string, ...string[]];
  /** The text behind the name: `[options] <mountpoint>`. */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionReference[];
  /** Lines to be shown as they are, such as a table of the values of an option. */
  readonly details: string | undefined;
  readonly arguments: readonly ArgumentReference[];
  /** The values of each of its arguments; undefined when it takes none. */
  readonly values: Values | undefined;
  readonly commands: readonly CommandReference[];
}

/**
 * Describes `command` and its subcommands, without what help hides. `siblings` are the names of the commands beside it.
 */
export function describeProgram(
  command: CommandUnknownOpts,
  siblings: readonly string[] = [],
): CommandReference {
  const help = command.createHelp();
  const shown = help.visibleArguments(command);
  const commands = help.visibleCommands(command);
  const names = commands.flatMap((one) => [one.name(), ...one.aliases()]);
  return {
    names: [command.name(), ...command.aliases()],
    usage: command.usage(),
    description: help.commandDescription(command),
    options: help.visibleOptions(command).map(describeOption),
    details: detailsOf(command),
    arguments: shown.map((argument) => ({
      name: argument.name(),
      help: help.argumentDescription(argument),
    })),
    values: valuesOfArguments(command, siblings),
    commands: commands.map((one) => describeProgram(one, names)),
  };
}

function describeOption(option: Option): OptionReference {
  const { short, long = "", flags, description } = option;
  const argument = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]?.replace("...", "").toUpperCase();
  const named = Object.values(OPTION_ROWS).find(({ name }) => `--${name}` === long);
  const values = valuesOf(argument, long, named);
  // A command may have an option of its own by the same name, such as the --timeout of a whole wait.
  const row = named !== undefined && description.startsWith(named.help) ? named : undefined;
  return { long, short, argument, values, help: description, row };
}

function valuesOf(
  argument: string | undefined,
  long: string,
  row: OptionDefinition | undefined,
): Values {
  const choices = row === undefined ? undefined : OPTION_TYPES[row.type].choices;
  if (choices !== undefined) return { kind: "choice", choices };
  if (long === "--profile") return { kind: "profile" };
  if (argument === "FILE") return { kind: "file" };
  return { kind: argument === "DIR" ? "folder" : "text" };
}

/** Commands whose arguments are not local files. */
const ARGUMENTS: Readonly<Record<string, Values["kind"] & ("folder" | "mount" | "remote")>> = {
  mount: "folder",
  unmount: "mount",
  status: "mount",
  ls: "remote",
  cat: "remote",
  tree: "remote",
  mkdir: "remote",
  launch: "remote",
  await: "remote",
};

function valuesOfArguments(
  command: CommandUnknownOpts,
  siblings: readonly string[],
): Values | undefined {
  const [first] = command.registeredArguments;
  if (first === undefined) return undefined;
  if (first.argChoices !== undefined) return { kind: "choice", choices: first.argChoices };
  if (command.name() === "help") return { kind: "choice", choices: siblings };
  return { kind: ARGUMENTS[command.name()] ?? "file" };
}
