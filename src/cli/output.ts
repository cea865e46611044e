import process from "node:process";
import { BsmountError, describeError } from "../core/errors.ts";
import { hideKnownSecrets, jsonWithoutSecrets } from "../core/known-secrets.ts";
import { redactText } from "../core/redact.ts";
import { printable, printableJson } from "../core/terminal-text.ts";
import { standardOutput } from "./standard-output.ts";

/** Writes one line, or several, to standard output; other control characters are made visible. */
export function printLine(text = ""): void {
  standardOutput.write(`${lines(hideKnownSecrets(text))}\n`);
}

/** Writes one JSON value on one line: what `--json` prints. */
export function printJson(value: unknown): void {
  standardOutput.write(`${printableJson(jsonWithoutSecrets(value))}\n`);
}

/** What was tried and why it failed on one line of standard error, what to do on the next. */
export function printError(error: unknown): void {
  printToStandardError(`bsmount: ${withoutCalls(describeError(error))}`);
  const remedy = error instanceof BsmountError ? error.remedy : undefined;
  if (remedy !== undefined) printToStandardError(`  try: ${remedy}`);
}

/** Node's `ENOENT: no such file or directory, stat 'x'` without the code and the call, which are its own matter. */
function withoutCalls(text: string): string {
  return text.replaceAll(
    /\bE[A-Z0-9]{2,}: ([a-z][^,]*), [a-z]+\b(?: '.*?'(?: -> '.*?')?(?=$|: |; ))?/g,
    "$1",
  );
}

export function printWarning(text: string): void {
  printToStandardError(`bsmount: warning: ${text}`);
}

function printToStandardError(text: string): void {
  process.stderr.write(`${lines(redactText(text))}\n`);
}

function lines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** Rows as columns: text to the left, columns named in `right` to the right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) =>
        right.has(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
