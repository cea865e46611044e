import type { Command } from "commander";
import type { Environment } from "../config/environment.ts";

/** What every command gets besides its arguments. */
export interface CommandContext {
  /** Aborts at Ctrl-C, SIGTERM and SIGHUP; the second of them ends the process. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
  /** From now on those signals do nothing by themselves: the command gives them a meaning of its own. */
  readonly handOverSignals: () => void;
}

/** What a command answers: its exit code (see `exit-codes.ts`). */
export type CommandResult = Promise<number>;

export interface ProgramOptions {
  /** For commands that only show something, `signal` aborts also when their output cannot be written. */
  readonly context: CommandContext;
  /** Told the exit code of the command that ran. */
  readonly onResult: (exitCode: number) => void;
}

/** Makes one command of `bsmount`, with its options and help. */
export type CommandFactory = (options: ProgramOptions) => Command;
