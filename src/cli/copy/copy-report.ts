import { BsmountError, describeError, reasonOf } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { printError, printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import type { CopyContext } from "./copy.ts";
import { OverflowLog } from "./overflow-log.ts";

/** For printed failures and left-out sources: a folder may have a hundred thousand files. */
const MAX_PRINTED_BYTES = 48 * 1024;

/** The length of `bsmount: warning: ` and `  try: `. */
const PREFIX_BYTES = 32;

/** Prints what becomes of each file of a `cp`, and counts them. */
export class CopyReport {
  readonly #checksum: boolean;
  #copied = 0;
  #unchanged = 0;
  #failed = 0;
  #printedBytes = 0;
  readonly #overflow: OverflowLog;
  readonly #exitCodes = new Set<number>();

  /** Failures that are too many to print are logged below `stateFolder`. */
  constructor(checksum: boolean, stateFolder: string) {
    this.#checksum = checksum;
    this.#overflow = new OverflowLog(stateFolder);
  }

  /** The callbacks for a copy; `interrupt` clears the progress bar for a line. */
  callbacks(
    interrupt: (print: () => void) => void,
  ): Pick<CopyContext, "onFile" | "onUnchanged" | "onLeftOut" | "onFailure"> {
    return {
      onFile: (target, sizeBytes, how) => {
        this.#copied += 1;
        interrupt(() => printLine(this.#line([target, formatBytes(sizeBytes)], how)));
      },
      onUnchanged: (target, sizeBytes, how) => {
        this.#unchanged += 1;
        interrupt(() => printLine(this.#line([target, formatBytes(sizeBytes), "unchanged"], how)));
      },
      onLeftOut: (problem) => {
        if (this.#mayPrint(problem)) interrupt(() => printWarning(problem));
      },
      onFailure: (error) => {
        this.#failed += 1;
        this.#exitCodes.add(exitCodeOf(reasonOf(error)));
        if (this.#mayPrint(describeError(error), remedyOf(error)))
          interrupt(() => printError(error));
      },
    };
  }

  #mayPrint(problem: string, remedy = ""): boolean {
    this.#printedBytes += PREFIX_BYTES + Buffer.byteLength(problem) + Buffer.byteLength(remedy);
    if (this.#printedBytes <= MAX_PRINTED_BYTES) return true;
    this.#overflow.add(problem);
    return false;
  }

  /** Prints the totals, if there was more than one file, and returns the exit code. */
  close(): number {
    const done = this.#copied + this.#unchanged;
    const text = [
      `copied ${filesOf(this.#copied)}`,
      ...(this.#unchanged === 0 ? [] : [`${this.#unchanged} unchanged`]),
      ...(this.#failed === 0 ? [] : [`${this.#failed} could not be copied`]),
    ].join(", ");
    this.#printOverflow();
    if (done + this.#failed > 1) {
      if (this.#failed > 0) printWarning(text);
      else printLine(text);
    }
    if (this.#failed === 0) return EXIT.done;
    const [only = EXIT.failed, ...more] = this.#exitCodes;
    return done > 0 || more.length > 0 ? EXIT.failed : only;
  }

  #printOverflow(): void {
    using overflow = this.#overflow;
    if (overflow.count === 0) return;
    const location = overflow.path === undefined ? "not kept" : `in ${overflow.path}`;
    printWarning(`${overflow.count} more problems are ${location}`);
  }

  #line(columns: readonly string[], how: string): string {
    return [...columns.map(printable), ...(this.#checksum ? [how] : [])].join("  ");
  }
}

function remedyOf(error: unknown): string | undefined {
  return error instanceof BsmountError ? error.remedy : undefined;
}

function filesOf(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}
