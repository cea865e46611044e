import { CommanderError } from "commander";
import { processEnvironment } from "../config/environment.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { EndingSignals } from "./ending-signals.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { asMountCommand } from "./fstab.ts";
import { printError, printWarning } from "./output.ts";
import { buildProgram } from "./program.ts";
import { standardOutput } from "./standard-output.ts";

/**
 * Runs one command line and answers its exit code; prints errors, throws none. What the command printed is
 * written when this returns, and a command whose output could not be written has failed.
 */
export async function run(argv: readonly string[]): Promise<number> {
  // Nobody is left to be told of it.
  process.stderr.on("error", () => {});
  using signals = new EndingSignals();
  const outcome = await runCommand(argv, signals);
  return await flushed(outcome, signals.interrupted);
}

interface Outcome {
  readonly exitCode: number;
  /** The command did more than to show something, and came to its end. */
  readonly isWorkDone: boolean;
}

async function runCommand(argv: readonly string[], signals: EndingSignals): Promise<Outcome> {
  const { interrupted } = signals;
  const { failed } = standardOutput;
  let exitCode: number = EXIT.done;
  let onlyShows = false;
  const onNeeded = (): void => {
    onlyShows = true;
  };
  const onResult = (code: number): void => {
    exitCode = code;
  };
  const handOverSignals = (): void => signals.handOver();
  const context = { signal: interrupted, environment: processEnvironment(), handOverSignals };
  try {
    const program = buildProgram({ context, onResult, output: { failed, onNeeded } });
    await program.parseAsync([...asMountCommand(argv)], { from: "user" });
    return { exitCode, isWorkDone: !onlyShows };
  } catch (error) {
    const endsByOutput = failed.aborted && (onlyShows || error === failed.reason);
    // Flushing tells what it ended by.
    const isTold = endsByOutput && !interrupted.aborted;
    return { exitCode: isTold ? EXIT.done : failure(error, interrupted), isWorkDone: false };
  }
}

function failure(error: unknown, interrupted: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  // What other failures an interruption brings about is nothing to tell.
  const isAboutIt = error instanceof BsmountError && error.cause === interrupted.reason;
  printError(interrupted.aborted && !isAboutIt ? interrupted.reason : error);
  return exitCodeOf(interrupted.aborted ? "aborted" : reasonOf(error));
}

/** The exit code when everything that was printed is written, or cannot be. */
async function flushed(
  { exitCode, isWorkDone }: Outcome,
  interrupted: AbortSignal,
): Promise<number> {
  if (exitCode === EXIT.interrupted) return exitCode;
  try {
    await standardOutput.flush(interrupted);
    return exitCode;
  } catch (error) {
    printError(error);
    if (isWorkDone) printWarning("the command came to its end all the same");
    return exitCode === EXIT.done ? exitCodeOf(reasonOf(error)) : exitCode;
  }
}
