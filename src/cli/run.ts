import process from "node:process";
import { CommanderError } from "commander";
import { processEnvironment } from "../config/environment.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { asMountCommand } from "./fstab.ts";
import { printError } from "./output.ts";
import { buildProgram, type OutputReader } from "./program.ts";

/** Each asks the command to end; it stays to clean up after itself, also when asked again. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs one command line and answers its exit code; prints errors, throws none. */
export async function run(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (): void =>
    interrupt.abort(new BsmountError("aborted", "interrupted before it was done"));
  const readerGone = new AbortController();
  let needsReader = false;
  const reader = {
    gone: readerGone.signal,
    onNeeded: () => {
      needsReader = true;
    },
  };
  // `bsmount ls … | head` closes the pipe early. That is no error, but the command has to clean up; one that
  // changes something, as in `bsmount cp … | head`, goes on to its end.
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    const ending = error.code === "EPIPE" ? readerGone : interrupt;
    ending.abort(new BsmountError("aborted", "cannot write its output", { cause: error }));
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  process.stdout.on("error", onOutputError);
  // Nobody is left to be told of it.
  process.stderr.on("error", () => {});
  try {
    return await runCommand(argv, interrupt.signal, reader);
  } catch (error) {
    if (needsReader && reader.gone.aborted) return EXIT.done;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    printError(interrupt.signal.aborted ? interrupt.signal.reason : error);
    return exitCodeOf(interrupt.signal.aborted ? "aborted" : reasonOf(error));
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
  }
}

async function runCommand(
  argv: readonly string[],
  signal: AbortSignal,
  reader: OutputReader,
): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = buildProgram({
    reader,
    context: { signal, environment: processEnvironment() },
    onResult: (code) => {
      exitCode = code;
    },
  });
  await program.parseAsync([...asMountCommand(argv)], { from: "user" });
  return exitCode;
}
