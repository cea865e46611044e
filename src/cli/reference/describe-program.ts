import type { Command, Option } from "commander";
import { OPTIONS } from "../../config/options.ts";
import type { OptionDefinition } from "../../config/option-values.ts";

/*
 * What commands and options there are, as data: the completions of shells and the man page are made of it, so that
 * they know what the parser knows and nothing else.
 */

/** What can stand for an argument. `text` is anything, which nothing can be offered for. */
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
  /** One line, with the default and the variable where there are some. */
  readonly help: string;
  /** Its row in the option table, where it is there. */
  readonly row: OptionDefinition<unknown> | undefined;
}

export interface ArgumentReference {
  readonly name: string;
  readonly help: string;
}

export interface CommandReference {
  /** Its name and its aliases. */
  readonly names: readonly [string, ...string[]];
  /** Behind the name: `[options] <mountpoint>`. */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionReference[];
  readonly arguments: readonly ArgumentReference[];
  /** Of each of its arguments; undefined when it takes none. */
  readonly values: Values | undefined;
  readonly commands: readonly CommandReference[];
}

/** Describes `command` and all below it; what is hidden from help is left out. */
export function describeProgram(
  command: Command,
  beside: readonly string[] = [],
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
    arguments: shown.map((argument) => ({
      name: argument.name(),
      help: help.argumentDescription(argument),
    })),
    values: valuesOfArguments(command, beside),
    commands: commands.map((one) => describeProgram(one, names)),
  };
}

function describeOption(option: Option): OptionReference {
  const { short, long = "", flags, description } = option;
  const argument = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]?.replace("...", "").toUpperCase();
  const row = Object.values<OptionDefinition<unknown>>(OPTIONS).find(
    ({ name }) => `--${name}` === long,
  );
  return { long, short, argument, values: valuesOf(argument, long, row), help: description, row };
}

function valuesOf(
  argument: string | undefined,
  long: string,
  row: OptionDefinition<unknown> | undefined,
): Values {
  if (row?.choices !== undefined) return { kind: "choice", choices: row.choices };
  if (long === "--profile") return { kind: "profile" };
  if (argument === "FILE") return { kind: "file" };
  return { kind: argument === "DIR" ? "folder" : "text" };
}

/** Arguments that are no local files. */
const ARGUMENTS: Readonly<Record<string, Values["kind"] & ("folder" | "mount" | "remote")>> = {
  mount: "folder",
  unmount: "mount",
  status: "mount",
  ls: "remote",
  cat: "remote",
  tree: "remote",
  mkdir: "remote",
};

function valuesOfArguments(command: Command, beside: readonly string[]): Values | undefined {
  const [first] = command.registeredArguments;
  if (first === undefined) return undefined;
  if (first.argChoices !== undefined) return { kind: "choice", choices: first.argChoices };
  if (command.name() === "help") return { kind: "choice", choices: beside };
  return { kind: ARGUMENTS[command.name()] ?? "file" };
}
