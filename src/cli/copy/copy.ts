import type { ByteBudget } from "../../core/byte-budget.ts";
import { inParallel } from "../../core/parallel.ts";
import type { Session } from "../../session/session.ts";
import type { RemoteTreeOptions } from "../remote-tree.ts";
import type { Resumption } from "./resumption.ts";
import type { CopyProgress } from "./progress.ts";
import type { UsedPaths } from "./used-paths.ts";

/*
 * Begin here: `copy/` is what `bsmount cp` does. The command parses its arguments into a plan (`copy-plan.ts`);
 * `copy-in.ts` and `copy-out.ts` find the destination of each source and yield a job for each file, which `upload.ts`
 * and `download.ts` make; `copyAll` runs the jobs. The transfers themselves are in `api/transfers/`.
 */

/** What all jobs of one `cp` share. */
export interface CopyContext extends RemoteTreeOptions {
  readonly session: Session;
  /** The memory for the buffers of all files under way. */
  readonly memory: ByteBudget;
  readonly progress: CopyProgress;
  readonly usedPaths: UsedPaths;
  readonly resumption: Resumption;
  /** Called for each file when it is complete; `how` says how it was compared. */
  readonly onFile: (target: string, sizeBytes: number, how: string) => void;
  /** Called for each file that its destination already has. */
  readonly onUnchanged: (target: string, sizeBytes: number, how: string) => void;
  /** Called with the reason for each source that needs no copy. */
  readonly onLeftOut: (problem: string) => void;
  /** Called for each failure; the other files are copied all the same. */
  readonly onFailure: (error: unknown) => void;
}

/** Copies one file, or makes one link. */
export type CopyJob = () => Promise<void>;

/**
 * Files under way at a time. Each takes a few requests one after another, so that small files mostly wait for
 * responses; one large file alone uses as many connections as several.
 */
const FILES_AT_ONCE = 8;

/** The memory for the buffers of all files under way: the parts of one large download. */
export const COPY_MEMORY_BYTES: number = 64 * 1024 * 1024;

/** Runs each job once, several at a time. @throws the signal's reason, after all running jobs have ended */
export async function copyAll(jobs: AsyncIterable<CopyJob>, context: CopyContext): Promise<void> {
  const { signal } = context;
  await inParallel(jobs, { limit: FILES_AT_ONCE, signal }, async (job) => {
    await tryOrReport(context, job);
  });
}

/**
 * Returns what `work` returns. When it fails, reports the failure and returns undefined.
 * @throws the signal's reason, once it has aborted
 */
export async function tryOrReport<T>(
  { signal, onFailure }: Pick<CopyContext, "signal" | "onFailure">,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    onFailure(error);
    return undefined;
  }
}
