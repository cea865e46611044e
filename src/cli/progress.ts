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
  const bar = byteBar(totalBytes);
  let sent = 0;
  const stop = requests.subscribe(({ status, bytesOut }) => {
    if (status < 200 || status > 299) return;
    sent += bytesOut;
    bar.show(sent);
  });
  return {
    interrupt: (print) => bar.interrupt(print),
    [Symbol.dispose]: () => {
      stop();
      bar[Symbol.dispose]();
    },
  };
}

/** A bar of bytes that is told how far it is. */
export interface ByteBar extends Progress {
  show(doneBytes: number): void;
}

export function byteBar(totalBytes: number): ByteBar {
  if (!process.stderr.isTTY || totalBytes === 0) {
    return { show: () => {}, interrupt: (print) => print(), [Symbol.dispose]: () => {} };
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
  const texts = (done: number): { done: string; all: string } => ({
    done: formatBytes(done),
    all: formatBytes(totalBytes),
  });
  bar.start(totalBytes, 0, texts(0));
  return {
    show: (doneBytes) => {
      const done = Math.min(doneBytes, totalBytes);
      bar.update(done, texts(done));
    },
    interrupt: (print) => {
      process.stderr.write("\r\u001b[K");
      print();
      bar.render();
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
