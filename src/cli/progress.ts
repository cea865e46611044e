import process from "node:process";
import { SingleBar } from "cli-progress";
import { requests } from "../core/telemetry.ts";
import { formatBytes } from "../core/units.ts";

/** A bar on standard error, if that is a terminal; disposing takes it away. */
export interface Progress extends Disposable {
  /** Clears the line for something that is printed, and draws the bar again below it. */
  readonly interrupt: (print: () => void) => void;
}

/** Shows how many of `totalBytes` the service has confirmed, part by part. */
export function uploadProgress(totalBytes: number): Progress {
  if (!process.stderr.isTTY || totalBytes === 0) {
    return { interrupt: (print) => print(), [Symbol.dispose]: () => {} };
  }
  const bar = new SingleBar({
    format: "{bar} {percentage} %  {done} of {all}  {eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  let sent = 0;
  const shown = (): { done: string; all: string } => ({
    done: formatBytes(Math.min(sent, totalBytes)),
    all: formatBytes(totalBytes),
  });
  bar.start(totalBytes, 0, shown());
  const stop = requests.subscribe(({ status, bytesOut }) => {
    if (status < 200 || status > 299) return;
    sent += bytesOut;
    bar.update(Math.min(sent, totalBytes), shown());
  });
  return {
    interrupt: (print) => {
      process.stderr.write("\r\u001b[K");
      print();
      bar.render();
    },
    [Symbol.dispose]: () => {
      stop();
      bar.stop();
    },
  };
}
