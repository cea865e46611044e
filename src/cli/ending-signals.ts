import { writeSync } from "node:fs";
import process from "node:process";
import { BsmountError } from "../core/errors.ts";

/*
 * What SIGINT, SIGTERM and SIGHUP do to a command. The first one aborts it, and it cleans up. The second one kills the
 * process by the kernel's default action, because Node's own exit waits for its threads, one of which may be stuck in a
 * file system that does not respond.
 */

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One Ctrl-C can arrive twice: from the terminal, and from npm, which forwards it to its children. */
const SAME_PRESS_MS = 200;

/** DECTCEM; see console_codes(4). A progress bar hides the cursor. */
const SHOW_CURSOR = "\u001b[?25h";

/** Handles the ending signals of this process until it is disposed or hands them over. */
export class EndingSignals implements Disposable {
  readonly #interrupt = new AbortController();
  #firstAt: number | undefined;

  constructor() {
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Aborts at the first signal. */
  get interrupted(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Leaves the signals to a command that handles them itself. */
  handOver(): void {
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#onSignal);
  }

  [Symbol.dispose](): void {
    this.handOver();
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (this.#firstAt === undefined) {
      this.#firstAt = now;
      this.#interrupt.abort(new BsmountError("aborted", "interrupted before it was done"));
    } else if (now - this.#firstAt >= SAME_PRESS_MS) {
      killThisProcess(signal);
    }
  };
}

function killThisProcess(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  try {
    if (process.stderr.isTTY) writeSync(2, SHOW_CURSOR);
  } finally {
    process.kill(process.pid, signal);
  }
}
