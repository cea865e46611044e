import { neverAborted } from "../core/abort.ts";
import type { OperationContext } from "./operation-context.ts";

/**
 * Releases the files of a detached mount that has ended, and that nobody has open any more. The last descriptor takes
 * the mount with it, and the kernel drops the RELEASE that it has just queued: what was left to that, as an empty
 * file, or one that was written through a mapping, would not be finished. A connection that was aborted ends as well,
 * and its writers, who were not done, are seen.
 */
export async function releaseClosed({ fileSystem, writers }: OperationContext): Promise<void> {
  for (const { handle, ...file } of fileSystem.openForWriting()) {
    if (await writers.isOpenForWriting(handle, file, neverAborted)) continue;
    fileSystem.release(handle);
    writers.released(handle);
  }
}
