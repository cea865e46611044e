import { BsmountError } from "../core/errors.ts";
import type { LogLevel } from "../core/logger.ts";
import { type WriteMode, isWriteMode, WRITE_MODES } from "../core/write-mode.ts";
import { DURATION_FORMAT, parseDuration, parseSize, SIZE_FORMAT } from "../core/units.ts";
import { apiServerOfRegion, REGIONS } from "./regions.ts";

/** The types of option values, by the names that the option table uses. */
export interface OptionTypes {
  readonly text: string;
  /** The Id or the name of an app session, or a path of a result in it. */
  readonly session: string;
  readonly switch: boolean;
  readonly profileName: string;
  readonly region: string;
  readonly logLevel: LogLevel;
  readonly writeMode: WriteMode;
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
  /** How a value is written, as a sentence about the placeholder of the argument. */
  readonly format?: string;
}

const LOG_LEVELS: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug", "trace"];

export const OPTION_TYPES: {
  readonly [Name in keyof OptionTypes]: OptionType<OptionTypes[Name]>;
} = {
  text: { parse: (text) => text },
  session: { parse: parseSession },
  switch: { parse: (text) => text === "on" },
  profileName: { parse: parseProfileName },
  region: { parse: parseRegion, choices: REGIONS },
  logLevel: { parse: parseLogLevel, choices: LOG_LEVELS },
  writeMode: { parse: parseWriteMode, choices: WRITE_MODES },
  duration: { parse: parseDuration, format: `DURATION is ${DURATION_FORMAT}.` },
  timeout: { parse: parseTimeout, format: `DURATION is ${DURATION_FORMAT}.` },
  size: { parse: parseSize, format: `SIZE is ${SIZE_FORMAT}.` },
  wholeNumber: { parse: parseWholeNumber },
  octal: { parse: parseOctal },
};

function parseSession(text: string): string {
  if (text.trim() !== "") return text;
  throw new BsmountError("usage", "it names no app session", {
    remedy: "give an Id, a name or a result, or leave the option out for a new session",
  });
}

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

/** Checks the name before anything else is looked for, such as a token. */
function parseRegion(name: string): string {
  apiServerOfRegion(name);
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

/** @throws BsmountError `usage` */
export function parseWriteMode(text: string): WriteMode {
  if (isWriteMode(text)) return text;
  throw new BsmountError("usage", `${JSON.stringify(text)} is not a write mode`, {
    remedy: `use one of ${WRITE_MODES.join(", ")}`,
  });
}
