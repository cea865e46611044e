import process from "node:process";
import { SingleBar } from "cli-progress";
import type { Progress } from "../../api/transfers/options.ts";
import { formatBytes } from "../../core/units.ts";
import { TransferRate } from "./transfer-rate.ts";

/** One bar for all files, on standard error, if that is a terminal; disposing takes it away. */
export interface CopyProgress extends Disposable {
  /** Begins a file of `sizeBytes`; disposing it counts what is left of it as done, or not to be done. */
  file(sizeBytes: number): FileProgress;
  /** Clears the line for something that is printed, and draws the bar again below it. */
  readonly interrupt: (print: () => void) => void;
}

export interface FileProgress extends Disposable {
  readonly onProgress: (progress: Progress) => void;
}

/** Characters; with all that stands beside it the line fits into 80 columns. */
const BAR_WIDTH = 20;

/** DECSC and EL; see console_codes(4). */
const SAVE_CURSOR = "\u001b7";
const CLEAR_LINE = "\r\u001b[K";

/** Whether a bar would be seen, so that its total is worth counting. */
export function showsProgress(): boolean {
  return process.stderr.isTTY;
}

export function copyProgress(totalBytes: number): CopyProgress {
  const rate = new TransferRate();
  const bar = showsProgress() && totalBytes > 0 ? startBar(totalBytes, rate) : undefined;
  let done = 0;
  return {
    file: (sizeBytes) => {
      let ofThis = 0;
      const reach = (bytes: number): void => {
        done += bytes - ofThis;
        ofThis = bytes;
        bar?.update(Math.min(done, totalBytes));
      };
      return {
        onProgress: ({ doneBytes }) => {
          rate.add(Math.max(doneBytes - ofThis, 0));
          reach(doneBytes);
        },
        // What is there already, or fails, takes no time: it is no measure for the others.
        [Symbol.dispose]: () => reach(sizeBytes),
      };
    },
    interrupt: (print) => {
      if (bar !== undefined) process.stderr.write(CLEAR_LINE);
      print();
      bar?.render();
    },
    [Symbol.dispose]: () => {
      // The bar would go back to where it began, over what was printed since.
      if (bar !== undefined) process.stderr.write(SAVE_CURSOR);
      bar?.stop();
    },
  };
}

function startBar(totalBytes: number, rate: TransferRate): SingleBar {
  const bar = new SingleBar({
    // Made at each redraw, several times a second: the speed falls while nothing comes.
    format: (_options, { progress, value, total }) =>
      [
        `${barOf(progress)} ${Math.floor(progress * 100)} %`,
        `${formatBytes(value)} of ${formatBytes(total)}`,
        rate.text(total - value),
      ].join("  "),
    stream: process.stderr,
    hideCursor: true,
    // It is disposed when the command is interrupted, like everything else.
    gracefulExit: false,
    clearOnComplete: true,
    // A line that was printed has wiped it, though nothing in it changed.
    forceRedraw: true,
  });
  bar.start(totalBytes, 0);
  return bar;
}

/** @param progress from 0 to 1 */
function barOf(progress: number): string {
  const full = Math.floor(progress * BAR_WIDTH);
  return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}
