import { neverAborted } from "../core/abort.ts";
import type { OperationContext } from "./operation-context.ts";

/**
 * Releases the files of a detached mount that has ended, except those that a process still has open for writing. The
 * last descriptor ends the mount, and the kernel drops the RELEASE that it has just queued, so files that are finished
 * only at their release, such as empty ones or those written through a mapping, would not be finished. An aborted
 * connection ends here as well, while its writers still exist.
 */
export async function releaseAfterEnd({ fileSystem, writers }: OperationContext): Promise<void> {
  for (const { handle, ...file } of fileSystem.openForWriting()) {
    if (await writers.isOpenForWriting(handle, file, neverAborted)) continue;
    fileSystem.release(handle);
    writers.released(handle);
  }
}
