import process from "node:process";
import { SingleBar } from "cli-progress";
import type { Progress } from "../../api/transfers/options.ts";
import { formatBytes } from "../../core/units.ts";

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

/** DECSC and EL; see console_codes(4). */
const SAVE_CURSOR = "\u001b7";
const CLEAR_LINE = "\r\u001b[K";

/** Whether a bar would be seen, so that its total is worth counting. */
export function showsProgress(): boolean {
  return process.stderr.isTTY;
}

export function copyProgress(totalBytes: number): CopyProgress {
  const bar = showsProgress() && totalBytes > 0 ? startBar(totalBytes) : undefined;
  let done = 0;
  return {
    file: (sizeBytes) => {
      let ofThis = 0;
      const reach = (bytes: number): void => {
        done += bytes - ofThis;
        ofThis = bytes;
        bar?.update(Math.min(done, totalBytes), textsOf(done, totalBytes));
      };
      return {
        onProgress: ({ doneBytes }) => reach(doneBytes),
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

function startBar(totalBytes: number): SingleBar {
  const bar = new SingleBar({
    format: "{bar} {percentage} %  {done} of {all}  {eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    // It is disposed when the command is interrupted, like everything else.
    gracefulExit: false,
    clearOnComplete: true,
    // A line that was printed has wiped it, though nothing in it changed.
    forceRedraw: true,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  bar.start(totalBytes, 0, textsOf(0, totalBytes));
  return bar;
}

function textsOf(done: number, all: number): { readonly done: string; readonly all: string } {
  return { done: formatBytes(Math.min(done, all)), all: formatBytes(all) };
}
