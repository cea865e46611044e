import process from "node:process";
import stringWidth from "string-width";
import { BsmountError, describeError } from "../core/errors.ts";
import { hideKnownSecrets, jsonWithoutSecrets } from "../core/known-secrets.ts";
import { redactText } from "../core/redact.ts";
import { printable, printableJson } from "../core/terminal-text.ts";
import { standardOutput } from "./standard-output.ts";

/** Writes lines to standard output; makes control characters other than line ends visible. */
export function printLine(text = ""): void {
  standardOutput.write(`${visibleLines(hideKnownSecrets(text))}\n`);
}

/** Writes one JSON value on one line, as for `--json`. */
export function printJson(value: unknown): void {
  standardOutput.write(`${printableJson(jsonWithoutSecrets(value))}\n`);
}

/** Writes an error to standard error: what failed and why on one line, the remedy on the next. */
export function printError(error: unknown): void {
  printToStandardError(`bsmount: ${withoutSystemCalls(describeError(error))}`);
  const remedy = error instanceof BsmountError ? error.remedy : undefined;
  if (remedy !== undefined) printToStandardError(`  try: ${remedy}`);
}

/** Reduces Node's `ENOENT: no such file or directory, stat 'x'` to the words that a user understands. */
function withoutSystemCalls(text: string): string {
  return text.replaceAll(
    /\bE[A-Z0-9]{2,}: ([a-z][^,]*), [a-z]+\b(?: '.*?'(?: -> '.*?')?(?=$|: |; ))?/g,
    "$1",
  );
}

export function printWarning(text: string): void {
  printToStandardError(`bsmount: warning: ${text}`);
}

function printToStandardError(text: string): void {
  process.stderr.write(`${visibleLines(redactText(text))}\n`);
}

function visibleLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** Aligns rows in columns: to the left, and the columns in `right` to the right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries())
      widths[at] = Math.max(widths[at] ?? 0, stringWidth(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const padding = " ".repeat((widths[at] ?? 0) - stringWidth(cell));
        return right.has(at) ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd(),
  );
}
