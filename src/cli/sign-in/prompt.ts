import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { BsmountError } from "../../core/errors.ts";

/** Whether standard input and standard error are a terminal. */
export function canPrompt(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Prints `question` on standard error and reads one line. @throws the signal's reason; BsmountError `aborted` at Ctrl-C
 */
export async function prompt(question: string, signal: AbortSignal): Promise<string> {
  return await ask(question, process.stderr, signal);
}

/** Like {@link prompt}, without echo. */
export async function promptSecret(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await ask("", nowhere, signal);
  } finally {
    process.stderr.write("\n");
  }
}

async function ask(
  question: string,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<string> {
  const end = new AbortController();
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const cancel = (): void => end.abort(new BsmountError("aborted", "cancelled at the prompt"));
  // In raw mode Ctrl-C and Ctrl-D are keys, not signals.
  lines.on("SIGINT", cancel).on("close", cancel);
  const either = AbortSignal.any([signal, end.signal]);
  try {
    return (await lines.question(question, { signal: either })).trim();
  } catch (error) {
    throw either.aborted ? either.reason : error;
  } finally {
    lines.off("close", cancel).close();
  }
}
