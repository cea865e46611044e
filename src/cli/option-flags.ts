import { type Command, InvalidArgumentError, Option } from "commander";
import { BsmountError } from "../core/errors.ts";
import { printWarning } from "./output.ts";
import { OPTION_TYPES } from "../config/option-types.ts";
import {
  type GivenOptions,
  OPTION_ROWS,
  type OptionKey,
  shownDefault,
} from "../config/option-values.ts";

/** Options of every command that talks to BaseSpace. */
export const CONNECTION_OPTIONS: readonly OptionKey[] = [
  "profile",
  "apiServer",
  "region",
  "accessTokenFile",
  "insecureHttp",
  "timeout",
  "logLevel",
];

/** Options of commands that read the tree. */
export const TREE_OPTIONS: readonly OptionKey[] = [
  ...CONNECTION_OPTIONS,
  "memoryCache",
  "listingMemory",
  "listingTimeout",
  "showHidden",
];

/** Adds the named rows of the option table to a command. */
export function addOptions(command: Command, keys: readonly OptionKey[]): Command {
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
    command.addOption(
      option.argParser((text) => parseOrExplain(text, OPTION_TYPES[row.type].parse)),
    );
    if (withoutEffect === undefined) continue;
    command.on(`option:${name}`, () =>
      printWarning(`--${name} has no effect in this version: ${withoutEffect}`),
    );
  }
  return command;
}

/** The options of the table that a command line gave, by key. */
export function givenOptions(parsed: Readonly<Record<string, unknown>>): GivenOptions {
  const keys = new Set<string>(Object.keys(OPTION_ROWS));
  return Object.fromEntries(Object.entries(parsed).filter(([key]) => keys.has(key)));
}

function parseOrExplain(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof BsmountError)) throw error;
    const remedy = error.remedy === undefined ? "" : `; ${error.remedy}`;
    throw new InvalidArgumentError(`${error.message}${remedy}`);
  }
}
