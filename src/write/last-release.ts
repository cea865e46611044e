import { setTimeout as sleep } from "node:timers/promises";
import type { StagedFile } from "./staged-file.ts";

/** How long the report of a last close can be behind what a program does next. */
const REPORT_MS = 50;
const PAUSE_MS = 1;

/**
 * Returns when the kernel has reported that `file` was closed, if all its writers seem to have closed it. The kernel does
 * not wait for the reply to that report, and libfuse takes it with another thread than the operation that follows: a rename
 * right after a close can come first, and would find the file open.
 */
export async function lastReleaseReported(file: StagedFile, signal: AbortSignal): Promise<void> {
  const until = performance.now() + REPORT_MS;
  while (seemsClosed(file) && performance.now() < until) {
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** Nobody looks for the writers of an empty file. */
function seemsClosed({ content, isOpenForWriting }: StagedFile): boolean {
  return isOpenForWriting && (content.isClosed || content.sizeBytes === 0);
}
