import type { Environment } from "./environment.ts";
import { OPTION_TYPES, type OptionType, type OptionTypes } from "./option-types.ts";
import { OPTIONS } from "./options.ts";

/** A row of the option table. */
export interface OptionDefinition {
  /** The long flag without dashes; also its name in `-o a,b=c`. */
  readonly name: string;
  readonly type: keyof OptionTypes;
  /** Placeholder of the argument in help; a switch has none. */
  readonly argument?: string;
  /** The environment variable that sets it when the flag does not. */
  readonly env?: string;
  /** The value that holds when nothing sets the option, as it would be written on the command line. */
  readonly default?: string;
  /** How help shows the default, where that depends on something else or is too long to show. */
  readonly defaultText?: string;
  readonly help: string;
  /**
   * Why the option changes nothing in this version. It is accepted, so that scripts and fstab lines with it keep
   * working, but help does not show it, and using it prints a warning.
   */
  readonly withoutEffect?: string;
}

export type OptionKey = keyof typeof OPTIONS;

/** The parsed value of each option; see {@link OptionTypes} for the units. */
export type OptionValues = {
  readonly [Key in OptionKey]: OptionTypes[(typeof OPTIONS)[Key]["type"]];
};

/** The options that were given, parsed; the others are absent. */
export type GivenOptions = { readonly [Key in OptionKey]?: OptionValues[Key] | undefined };

/** The options whose default does not depend on anything else. */
type DefaultedKey = {
  [Key in OptionKey]: (typeof OPTIONS)[Key] extends { readonly default: string } ? Key : never;
}[OptionKey];

/** Given options in which those that have a default are present. */
export type CompleteOptions = GivenOptions & Pick<OptionValues, DefaultedKey>;

/** The option table, for code that treats all rows alike. */
export const OPTION_ROWS: Readonly<Record<OptionKey, OptionDefinition>> = OPTIONS;

const KEYS = Object.keys(OPTIONS) as readonly OptionKey[];

/** The rows that help, the README and the man page show. */
export function shownRows(): readonly OptionDefinition[] {
  return Object.values(OPTION_ROWS).filter(({ withoutEffect }) => withoutEffect === undefined);
}

/** What help, the README and the man page show as the default; undefined where there is none. */
export function shownDefault(row: OptionDefinition): string | undefined {
  return row.defaultText ?? row.default;
}

/** The default of one option, parsed. */
export function defaultOf<Key extends DefaultedKey>(key: Key): OptionValues[Key] {
  const { type, default: text } = OPTIONS[key];
  return (OPTION_TYPES[type] as OptionType<OptionValues[Key]>).parse(text);
}

/** Adds to `given` the options that environment variables set. An empty variable sets nothing. */
export function withEnvironment(given: GivenOptions, { variables }: Environment): GivenOptions {
  return merged(given, ({ env }) => (env === undefined ? undefined : variables[env] || undefined));
}

/** Adds to `given` the defaults of the other options. */
export function completeOptions(given: GivenOptions): CompleteOptions {
  return merged(given, (row) => row.default) as CompleteOptions;
}

function merged(
  given: GivenOptions,
  textOf: (row: OptionDefinition) => string | undefined,
): GivenOptions {
  const values: Record<string, unknown> = {};
  for (const key of KEYS) {
    const row = OPTION_ROWS[key];
    const text = given[key] === undefined ? textOf(row) : undefined;
    const value = text === undefined ? given[key] : OPTION_TYPES[row.type].parse(text);
    if (value !== undefined) values[key] = value;
  }
  return values;
}
