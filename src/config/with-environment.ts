import type { Environment } from "./environment.ts";
import { OPTIONS } from "./options.ts";
import type { GivenOptions, OptionKey } from "./option-values.ts";

/** The options that were given, and those that the environment gives where they were not. */
export function withEnvironment(given: GivenOptions, environment: Environment): GivenOptions {
  const merged: Record<string, unknown> = {};
  for (const key of Object.keys(OPTIONS) as OptionKey[]) {
    const { env, parse } = OPTIONS[key];
    const fromEnvironment = env === undefined ? "" : environment.variables[env];
    const value = given[key] ?? (fromEnvironment ? parse(fromEnvironment) : undefined);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}
