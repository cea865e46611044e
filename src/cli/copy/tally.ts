import { BsmountError, describeError, reasonOf } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { printError, printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import type { Copying } from "./copying.ts";
import { Untold } from "./untold.ts";

/** For what is told of failures and of what is left out: a folder may have a hundred thousand files. */
const MAX_TOLD_BYTES = 48 * 1024;

/** Of `bsmount: warning: ` and `  try: `. */
const PREFIX_BYTES = 32;

/** Tells of each file of a `cp` when it has ended, and counts them. */
export class Tally {
  readonly #checksum: boolean;
  #copied = 0;
  #unchanged = 0;
  #failed = 0;
  #toldBytes = 0;
  readonly #untold: Untold;
  readonly #exitCodes = new Set<number>();

  /** What is not told is written below `stateFolder`. */
  constructor(checksum: boolean, stateFolder: string) {
    this.#checksum = checksum;
    this.#untold = new Untold(stateFolder);
  }

  /** `interrupt` makes room for a line above the progress bar. */
  counting(
    interrupt: (print: () => void) => void,
  ): Pick<Copying, "onFile" | "onUnchanged" | "onLeftOut" | "onFailure"> {
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
        if (this.#mayTell(problem)) interrupt(() => printWarning(problem));
      },
      onFailure: (error) => {
        this.#failed += 1;
        this.#exitCodes.add(exitCodeOf(reasonOf(error)));
        if (this.#mayTell(describeError(error), remedyOf(error)))
          interrupt(() => printError(error));
      },
    };
  }

  #mayTell(problem: string, remedy = ""): boolean {
    this.#toldBytes += PREFIX_BYTES + Buffer.byteLength(problem) + Buffer.byteLength(remedy);
    if (this.#toldBytes <= MAX_TOLD_BYTES) return true;
    this.#untold.add(problem);
    return false;
  }

  /** Prints what became of all files, if there was more than one, and answers the exit code. */
  close(): number {
    const done = this.#copied + this.#unchanged;
    const text = [
      `copied ${filesOf(this.#copied)}`,
      ...(this.#unchanged === 0 ? [] : [`${this.#unchanged} unchanged`]),
      ...(this.#failed === 0 ? [] : [`${this.#failed} could not be copied`]),
    ].join(", ");
    this.#tellUntold();
    if (done + this.#failed > 1) {
      if (this.#failed > 0) printWarning(text);
      else printLine(text);
    }
    if (this.#failed === 0) return EXIT.done;
    const [only = EXIT.failed, ...more] = this.#exitCodes;
    return done > 0 || more.length > 0 ? EXIT.failed : only;
  }

  #tellUntold(): void {
    using untold = this.#untold;
    if (untold.count === 0) return;
    const where = untold.path === undefined ? "not kept" : `in ${untold.path}`;
    printWarning(`${untold.count} more problems are ${where}`);
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
