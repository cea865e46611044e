import { BsmountError } from "../core/errors.ts";
import type { LogLevel } from "../core/logger.ts";
import { parseDuration } from "../core/units.ts";

/* How the values of options are read; every one throws a BsmountError `usage` for what makes no sense. */

export function text(value: string): string {
  return value;
}

/** Of a switch, which is on as soon as it is there. */
export function isSet(): boolean {
  return true;
}

/** Whether a profile can have this name, which is also that of its file. */
export function isProfileName(name: string): boolean {
  return /^[\w][\w.@+-]*$/.test(name);
}

export function parseProfileName(name: string): string {
  if (!isProfileName(name)) {
    throw new BsmountError("usage", `${JSON.stringify(name)} is not a profile name`, {
      remedy: "use letters, digits, and . _ - + @",
    });
  }
  return name;
}

export function positiveDuration(value: string): number {
  const ms = parseDuration(value);
  if (ms <= 0) throw new BsmountError("usage", "a timeout must be longer than 0");
  return ms;
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,10}$/.test(value)) {
    throw new BsmountError("usage", `${JSON.stringify(value)} is not a whole number`);
  }
  return Number(value);
}

export function octal(value: string): number {
  if (!/^0?[0-7]{1,3}$/.test(value)) {
    throw new BsmountError("usage", `${JSON.stringify(value)} is not an octal mode such as 022`);
  }
  return Number.parseInt(value, 8);
}

export const LOG_LEVELS: readonly LogLevel[] = [
  "silent",
  "error",
  "warn",
  "info",
  "debug",
  "trace",
];

export function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) {
    throw new BsmountError("usage", `${JSON.stringify(value)} is not a log level`, {
      remedy: `use one of ${LOG_LEVELS.join(", ")}`,
    });
  }
  return level;
}
