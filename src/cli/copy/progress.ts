import process from "node:process";
import { SingleBar } from "cli-progress";
import type { Progress } from "../../api/transfers/options.ts";
import { formatBytes } from "../../core/units.ts";
import { pauseRetryLine } from "../retry-line.ts";
import { TransferRate } from "./transfer-rate.ts";

/** One progress bar for all files, on standard error where that is a terminal; disposing removes it. */
export interface CopyProgress extends Disposable {
  /** Starts a file of `sizeBytes`; disposing the result counts all of its bytes as done. */
  file(sizeBytes: number): FileProgress;
  /** Clears the line, calls `print`, and draws the bar again below what was printed. */
  readonly interrupt: (print: () => void) => void;
}

export interface FileProgress extends Disposable {
  readonly onProgress: (progress: Progress) => void;
}

/** Characters; with everything beside it the line fits into 80 columns. */
const BAR_WIDTH = 20;

/** DECSC and EL; see console_codes(4). */
const SAVE_CURSOR = "\u001b7";
const CLEAR_LINE = "\r\u001b[K";

/** Whether a bar would be visible, so that the bytes are worth counting. */
export function showsProgress(): boolean {
  return process.stderr.isTTY;
}

export function copyProgress(totalBytes: number): CopyProgress {
  const rate = new TransferRate();
  const bar = showsProgress() && totalBytes > 0 ? startBar(totalBytes, rate) : undefined;
  const pause = bar === undefined ? undefined : pauseRetryLine();
  let done = 0;
  return {
    file: (sizeBytes) => {
      let fileDone = 0;
      const reach = (bytes: number): void => {
        done += bytes - fileDone;
        fileDone = bytes;
        bar?.update(Math.min(done, totalBytes));
      };
      return {
        onProgress: ({ doneBytes }) => {
          rate.add(Math.max(doneBytes - fileDone, 0));
          reach(doneBytes);
        },
        // Files that are unchanged or fail take no time, so they do not count for the rate.
        [Symbol.dispose]: () => reach(sizeBytes),
      };
    },
    interrupt: (print) => {
      if (bar !== undefined) process.stderr.write(CLEAR_LINE);
      print();
      bar?.render();
    },
    [Symbol.dispose]: () => {
      // Otherwise the bar restores the cursor position of its start, above what was printed since.
      if (bar !== undefined) process.stderr.write(SAVE_CURSOR);
      bar?.stop();
      pause?.[Symbol.dispose]();
    },
  };
}

function startBar(totalBytes: number, rate: TransferRate): SingleBar {
  const bar = new SingleBar({
    // Called at each redraw, several times a second, so that the rate falls while nothing arrives.
    format: (_options, { progress, value, total }) =>
      [
        `${barOf(progress)} ${Math.floor(progress * 100)} %`,
        `${formatBytes(value)} of ${formatBytes(total)}`,
        rate.text(total - value),
      ].join("  "),
    stream: process.stderr,
    hideCursor: true,
    // The command disposes the bar when it is interrupted.
    gracefulExit: false,
    clearOnComplete: true,
    // Printing a line clears the bar even though its content is unchanged.
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
