import {
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  Option,
  type OptionValues,
} from "@commander-js/extra-typings";
import { BsmountError } from "../core/errors.ts";
import { printWarning } from "./output.ts";
import { OPTION_TYPES, type OptionTypes } from "../config/option-types.ts";
import {
  type GivenOptions,
  OPTION_ROWS,
  type OptionKey,
  shownDefault,
} from "../config/option-values.ts";

/** The options of every command that connects to BaseSpace. */
export const CONNECTION_OPTIONS: readonly OptionKey[] = [
  "profile",
  "apiServer",
  "region",
  "accessTokenFile",
  "insecureHttp",
  "timeout",
  "logLevel",
];

/** The options of commands about files that were written. */
export const FOLDER_OPTIONS: readonly OptionKey[] = ["stateDir", "stagingDir"];

/** The options of commands that read the tree. */
export const TREE_OPTIONS: readonly OptionKey[] = [
  ...CONNECTION_OPTIONS,
  "memoryCache",
  "listingMemory",
  "listingTimeout",
  "showHidden",
];

/** Adds options of the option table to a command. */
export function addOptions<Arguments extends unknown[], Flags extends OptionValues>(
  command: Command<Arguments, Flags>,
  keys: readonly OptionKey[],
): Command<Arguments, Flags & GivenOptions> {
  const formats = new Set<string>();
  for (const key of keys) {
    const row = OPTION_ROWS[key];
    const { name, argument, help, env, withoutEffect } = row;
    const defaultText = shownDefault(row);
    const flags = argument === undefined ? `--${name}` : `--${name} <${argument}>`;
    const facts = [
      ...(defaultText === undefined ? [] : [`default: ${defaultText}`]),
      ...(env === undefined ? [] : [`env: ${env}`]),
    ];
    const more = facts.length === 0 ? "" : ` (${facts.join(", ")})`;
    const option = new Option(flags, help + more).hideHelp(withoutEffect !== undefined);
    // commander would call the parser of a switch as well, without a text.
    if (argument !== undefined) {
      option.argParser((text) => parseOrExplain(text, OPTION_TYPES[row.type].parse));
    }
    command.addOption(option);
    const { format } = OPTION_TYPES[row.type];
    if (format !== undefined && withoutEffect === undefined) formats.add(format);
    if (withoutEffect === undefined) continue;
    command.on(`option:${name}`, () =>
      printWarning(`--${name} has no effect in this version: ${withoutEffect}`),
    );
  }
  addFormats(command, [...formats]);
  return command;
}

const HELP_WIDTH = 80;

/** Lets help say how values are written. */
function addFormats(command: CommandUnknownOpts, formats: readonly string[]): void {
  if (formats.length === 0) return;
  const lines = formats.map((format) => command.createHelp().boxWrap(format, HELP_WIDTH));
  command.addHelpText("after", `\n${lines.join("\n")}`);
}

/** Parses the argument of an option that is not in the option table, as those of the table are. */
export function valueParser<Type extends keyof OptionTypes>(
  type: Type,
): (text: string) => OptionTypes[Type] {
  return (text) => parseOrExplain(text, OPTION_TYPES[type].parse) as OptionTypes[Type];
}

/** A parser of an option that can be given several times, whose errors are printed together with the flag. */
export function explained<Value>(
  parse: (text: string, others?: Value) => Value,
): (text: string, others: Value | undefined) => Value {
  return (text, others) => parseOrExplain(text, () => parse(text, others)) as Value;
}

/** commander prints an InvalidArgumentError together with the flag. */
function parseOrExplain(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof BsmountError)) throw error;
    const remedy = error.remedy === undefined ? "" : `; ${error.remedy}`;
    throw new InvalidArgumentError(`${error.message}${remedy}`);
  }
}
