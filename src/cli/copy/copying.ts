import type { ByteBudget } from "../../core/byte-budget.ts";
import { inParallel } from "../../core/parallel.ts";
import type { Session } from "../../session/session.ts";
import type { RemoteTreeOptions } from "../remote-tree.ts";
import type { CopyProgress } from "./progress.ts";
import type { Resumption } from "./resumption.ts";
import type { TakenPlaces } from "./taken-places.ts";

/** What every file of one `cp` is copied with. */
export interface Copying extends RemoteTreeOptions {
  readonly session: Session;
  /** For the buffers of all files that are under way. */
  readonly memory: ByteBudget;
  readonly progress: CopyProgress;
  readonly taken: TakenPlaces;
  readonly resumption: Resumption;
  /** Told of each file when it is complete; `how` says how it was compared. */
  readonly onFile: (target: string, sizeBytes: number, how: string) => void;
  /** Told of each file that its target has already. */
  readonly onUnchanged: (target: string, sizeBytes: number, how: string) => void;
  /** Told of what needs no copy, and why. */
  readonly onLeftOut: (problem: string) => void;
  /** Told of whatever could not be copied; the others are copied all the same. */
  readonly onFailure: (error: unknown) => void;
}

/** Copies one file, or makes one link. */
export type CopyJob = () => Promise<void>;

/**
 * Files under way at a time. Each takes a few requests one after another, so that small ones wait for answers
 * most of the time; a large one alone uses as many connections as several.
 */
const FILES_AT_ONCE = 8;

/** Buffers of all files under way: the parts of one large download. */
export const COPY_MEMORY_BYTES: number = 64 * 1024 * 1024;

/** Does the jobs, several at a time, each once. @throws the signal's reason, when all have ended */
export async function copyAll(jobs: AsyncIterable<CopyJob>, copying: Copying): Promise<void> {
  const { signal } = copying;
  await inParallel(jobs, { limit: FILES_AT_ONCE, signal }, async (job) => {
    await reporting(copying, job);
  });
}

/** Does `work`; a failure is told, unless all of it is to end. */
export async function reporting(
  { signal, onFailure }: Pick<Copying, "signal" | "onFailure">,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    onFailure(error);
  }
}
