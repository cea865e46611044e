import { BsmountError } from "../../core/errors.ts";

/** Whether a `cp` that is cut short goes on where it was when it is given again. */
export class Resumption {
  #isKept = false;
  #hasMoved = false;

  /** Some of what was copied is found again by the next copy to the same place. */
  readonly kept = (): void => {
    this.#isKept = true;
  };

  /** Waits for one file; of one that fails half way, what `left` finds of it counts as kept. */
  async during<File>(
    copy: Promise<File>,
    left: () => Promise<{ readonly parts: ReadonlyMap<number, unknown> } | undefined>,
  ): Promise<File> {
    try {
      return await copy;
    } catch (error) {
      if (((await left())?.parts.size ?? 0) > 0) this.kept();
      throw error;
    }
  }

  /** A folder was made as DESTINATION itself: it is there now, so that the same command would copy into it. */
  readonly moved = (): void => {
    this.#hasMoved = true;
  };

  /** The interruption `reason` as it is told to the user. */
  told(reason: unknown): unknown {
    if (!this.#isKept || !(reason instanceof BsmountError)) return reason;
    const again = this.#hasMoved ? "the same command with -T" : "the same command";
    const remedy = `${again} goes on where it was`;
    return new BsmountError(reason.reason, reason.message, { cause: reason, remedy });
  }
}
