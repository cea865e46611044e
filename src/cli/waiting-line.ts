import process from "node:process";
import { formatBytes } from "../core/units.ts";
import type { PendingUploads } from "../mount/mount.ts";

/** A line on standard error about the uploads that a command waits for; disposing removes it from a terminal. */
export interface WaitingLine extends Disposable {
  readonly show: (progress: PendingUploads) => void;
}

/** The line is updated on a terminal, and written once anywhere else. */
export function waitingLine(): WaitingLine {
  const { stderr } = process;
  let isShown = false;
  return {
    show: (progress) => {
      if (progress.pending === 0 || (isShown && !stderr.isTTY)) return;
      isShown = true;
      const text = waitingText(progress);
      stderr.write(stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    },
    [Symbol.dispose]: () => {
      if (isShown && stderr.isTTY) stderr.write("\r\u001b[K");
    },
  };
}

/** A line on standard error about the bytes that are being copied; disposing removes it. */
export interface CopyingLine extends Disposable {
  readonly show: (copiedBytes: number) => void;
}

/** The line is shown on a terminal only. */
export function copyingLine(name: string, sizeBytes: number): CopyingLine {
  const { stderr } = process;
  const clear = (): void => void (stderr.isTTY && stderr.write("\r\u001b[K"));
  return {
    show: (copiedBytes) => {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(`copying ${name}: ${formatBytes(copiedBytes)} of ${formatBytes(sizeBytes)}`);
    },
    [Symbol.dispose]: clear,
  };
}

function waitingText({ pending, leftBytes }: PendingUploads): string {
  const uploads = pending === 1 ? "1 upload" : `${pending} uploads`;
  return `waiting for ${uploads}, ${formatBytes(leftBytes)} left`;
}
