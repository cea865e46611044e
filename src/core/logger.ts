import { type DestinationStream, type Logger, pino } from "pino";
import { redactText, redactValue } from "./redact.ts";
import { printableJson } from "./terminal-text.ts";

export type { Logger } from "pino";

/** `silent`, `error`, `warn`, `info`, `debug` or `trace`. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug" | "trace";

/** A logger for JSON lines that hides secrets in texts, fields, errors and their causes. */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactValue(fields) as Record<string, unknown>,
      },
      // The formatter above has already turned errors into text; pino's serializer would look for a stack.
      serializers: { err: (err: unknown) => err },
      hooks: {
        logMethod(args, method) {
          method.apply(this, withoutSecrets(args) as typeof args);
        },
      },
    },
    { write: (line) => destination.write(printableJson(line)) },
  );
}

/** For callers without a logger. */
export const silentLogger: Logger = pino({ level: "silent" });

/**
 * Redacts the arguments of a log call. Adds the message of an error, because pino would add it without calling the
 * formatter.
 */
function withoutSecrets([first, ...rest]: readonly unknown[]): unknown[] {
  const texts = rest.map((arg) => (typeof arg === "string" ? redactText(arg) : redactValue(arg)));
  const error = first instanceof Error ? first : errorField(first);
  if (error !== undefined && texts.length === 0) texts.push(redactText(error.message));
  if (first instanceof Error) return [{ err: first }, ...texts];
  return [typeof first === "string" ? redactText(first) : first, ...texts];
}

function errorField(fields: unknown): Error | undefined {
  if (typeof fields !== "object" || fields === null || !("err" in fields)) return undefined;
  return fields.err instanceof Error ? fields.err : undefined;
}
