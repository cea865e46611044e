import { BsmountError } from "../core/errors.ts";
import { namedFiles } from "./held-files.ts";

/**
 * Something cannot end because files are open for writing. Who has them open is for those to add, behind each
 * path, who can see the processes of the machine.
 */
export class StillOpenError extends BsmountError {
  override name = "StillOpenError";
  /** What was to end: `cannot end r`. */
  readonly what: string;
  /** As the mount shows them. */
  readonly paths: readonly string[];

  constructor(what: string, paths: readonly string[]) {
    const are = paths.length === 1 ? "is" : "are";
    super("unfinished", `${what}: ${namedFiles(paths)} ${are} open for writing`, {
      remedy: "let the programs that write end, or end them; then the same again",
    });
    this.what = what;
    this.paths = paths;
  }
}
