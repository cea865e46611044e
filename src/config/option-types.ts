import { BsmountError } from "../core/errors.ts";
import type { LogLevel } from "../core/logger.ts";
import { parseDuration, parseSize } from "../core/units.ts";
import { REGIONS } from "./regions.ts";

/** The types of option values, by the names that the option table uses. */
export interface OptionTypes {
  readonly text: string;
  readonly switch: boolean;
  readonly profileName: string;
  readonly region: string;
  readonly logLevel: LogLevel;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds, more than 0. */
  readonly timeout: number;
  /** Bytes. */
  readonly size: number;
  readonly wholeNumber: number;
  readonly octal: number;
}

export interface OptionType<Value> {
  /** @throws BsmountError `usage` for a text that is no such value */
  readonly parse: (text: string) => Value;
  /** All values, where they are few: shells offer them. */
  readonly choices?: readonly string[];
}

const LOG_LEVELS: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug", "trace"];

export const OPTION_TYPES: {
  readonly [Name in keyof OptionTypes]: OptionType<OptionTypes[Name]>;
} = {
  text: { parse: (text) => text },
  switch: { parse: (text) => text === "on" },
  profileName: { parse: parseProfileName },
  region: { parse: (text) => text, choices: REGIONS },
  logLevel: { parse: parseLogLevel, choices: LOG_LEVELS },
  duration: { parse: parseDuration },
  timeout: { parse: parseTimeout },
  size: { parse: parseSize },
  wholeNumber: { parse: parseWholeNumber },
  octal: { parse: parseOctal },
};

/** Whether a profile can have this name, which is also that of its file. */
export function isProfileName(name: string): boolean {
  return /^[\w][\w.@+-]*$/.test(name);
}

function parseProfileName(name: string): string {
  if (!isProfileName(name)) {
    throw new BsmountError("usage", `${JSON.stringify(name)} is not a profile name`, {
      remedy: "use letters, digits, and . _ - + @",
    });
  }
  return name;
}

function parseTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms <= 0) throw new BsmountError("usage", "a timeout must be longer than 0");
  return ms;
}

function parseWholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    throw new BsmountError("usage", `${JSON.stringify(text)} is not a whole number`);
  }
  return Number(text);
}

function parseOctal(text: string): number {
  if (!/^0?[0-7]{1,3}$/.test(text)) {
    throw new BsmountError("usage", `${JSON.stringify(text)} is not an octal mode such as 022`);
  }
  return Number.parseInt(text, 8);
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) {
    throw new BsmountError("usage", `${JSON.stringify(text)} is not a log level`, {
      remedy: `use one of ${LOG_LEVELS.join(", ")}`,
    });
  }
  return level;
}
