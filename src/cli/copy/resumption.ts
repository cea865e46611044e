import { BsmountError } from "../../core/errors.ts";

/** Records whether an interrupted `cp` can be continued, for the message to the user. */
export class Resumption {
  #isKept = false;
  #hasMadeDestination = false;

  /** Records that the next copy to the same destination will find some of what was copied. */
  markKept(): void {
    this.#isKept = true;
  }

  /** Waits for the copy of one file. When it fails, records whether `readJournal` finds parts that were copied. */
  async watch<File>(
    copy: Promise<File>,
    readJournal: () => Promise<{ readonly parts: ReadonlyMap<number, unknown> } | undefined>,
  ): Promise<File> {
    try {
      return await copy;
    } catch (error) {
      if (((await readJournal())?.parts.size ?? 0) > 0) this.markKept();
      throw error;
    }
  }

  /** Records that DESTINATION itself was made as a folder: the same command would now copy into it. */
  madeDestination(): void {
    this.#hasMadeDestination = true;
  }

  /** The error to show for the interruption `reason`. */
  explain(reason: unknown): unknown {
    if (!this.#isKept || !(reason instanceof BsmountError)) return reason;
    const again = this.#hasMadeDestination ? "the same command with -T" : "the same command";
    const remedy = `${again} continues where it stopped`;
    return new BsmountError(reason.reason, reason.message, { cause: reason, remedy });
  }
}
