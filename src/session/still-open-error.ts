import { BsmountError } from "../core/errors.ts";
import { namedFiles } from "./unfinished-errors.ts";

/**
 * An app result or a mount cannot end because files are open for writing. Layers that can see the processes of the
 * machine add which ones have them open, after each path.
 */
export class StillOpenError extends BsmountError {
  override name = "StillOpenError";
  /** The beginning of the message: `cannot end r`. */
  readonly what: string;
  /** As the mount shows them. */
  readonly paths: readonly string[];

  constructor(what: string, paths: readonly string[]) {
    const are = paths.length === 1 ? "is" : "are";
    super("unfinished", `${what}: ${namedFiles(paths)} ${are} open for writing`, {
      remedy: "wait for the programs that write, or end them; then try again",
    });
    this.what = what;
    this.paths = paths;
  }
}
