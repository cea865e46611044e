import { CommanderError } from "@commander-js/extra-typings";
import { processEnvironment } from "../config/environment.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { EndingSignals } from "./ending-signals.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { asMountCommand } from "./fstab.ts";
import { printError, printWarning } from "./output.ts";
import { buildProgram } from "./program.ts";
import { showRetries } from "./retry-line.ts";
import { isReaderGone, standardOutput } from "./standard-output.ts";

/*
 * Begin here: `cli/` is the program `bsmount`. `main.ts` starts it: in a background process it serves a mount
 * (`serve-mount.ts`), otherwise it calls `run` below. That builds all commands (`program.ts`, `commands/`), runs one
 * of them, prints its error and returns its exit code (`exit-codes.ts`).
 *
 * - Commands without a mount open a session (`remote-session.ts`) and find files in it (`remote-tree.ts`,
 *   `remote-file.ts`).
 * - Everything is printed by `output.ts` and `standard-output.ts`; `ending-signals.ts` handles Ctrl-C.
 * - Longer work has folders: `copy/`, `demo/`, `sign-in/`, `uploads/`; `completion/` and `reference/` describe the commands.
 */

/**
 * Runs one command line and returns its exit code; prints errors and throws none. The output of the command is written
 * when this returns, and a command whose output could not be written has failed.
 */
export async function run(argv: readonly string[]): Promise<number> {
  // When standard error itself fails, the failure cannot be reported anywhere.
  process.stderr.on("error", () => {});
  using signals = new EndingSignals();
  const outcome = await runCommand(argv, signals);
  return await flushOutput(outcome, signals.interrupted);
}

interface Outcome {
  readonly exitCode: number;
  /** The command did more than print, and finished its work. */
  readonly isWorkDone: boolean;
}

async function runCommand(argv: readonly string[], signals: EndingSignals): Promise<Outcome> {
  const { interrupted } = signals;
  const { failed } = standardOutput;
  let exitCode: number = EXIT.done;
  let onlyPrints = false;
  const onPrintingCommand = (): void => {
    onlyPrints = true;
  };
  const onResult = (code: number): void => {
    exitCode = code;
  };
  const handOverSignals = (): void => signals.handOver();
  const context = { signal: interrupted, environment: processEnvironment(), handOverSignals };
  try {
    // Cleared before the error is printed.
    using _retries = showRetries();
    const program = buildProgram({ context, onResult, output: { failed, onPrintingCommand } });
    await program.parseAsync([...asMountCommand(argv)], { from: "user" });
    return { exitCode, isWorkDone: !onlyPrints };
  } catch (error) {
    const endsByOutput = failed.aborted && (onlyPrints || error === failed.reason);
    // Flushing will report the failed output.
    const isReported = endsByOutput && !interrupted.aborted;
    return {
      exitCode: isReported ? EXIT.done : reportFailure(error, interrupted),
      isWorkDone: false,
    };
  }
}

function reportFailure(error: unknown, interrupted: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  // Failures that the interruption caused are not reported.
  const isInterruption = error instanceof BsmountError && error.cause === interrupted.reason;
  printError(interrupted.aborted && !isInterruption ? interrupted.reason : error);
  return exitCodeOf(interrupted.aborted ? "aborted" : reasonOf(error));
}

/**
 * Waits until the output is written, and returns the exit code. A command that only prints ends without a word when
 * nobody reads its output any more, as other programs do.
 */
async function flushOutput(
  { exitCode, isWorkDone }: Outcome,
  interrupted: AbortSignal,
): Promise<number> {
  if (exitCode === EXIT.interrupted) return exitCode;
  try {
    await standardOutput.flush(interrupted);
    return exitCode;
  } catch (error) {
    if (isReaderGone(error) && !isWorkDone && exitCode === EXIT.done) return EXIT.readerGone;
    printError(error);
    if (isWorkDone) printWarning("the command finished its work all the same");
    return exitCode === EXIT.done ? exitCodeOf(reasonOf(error)) : exitCode;
  }
}
