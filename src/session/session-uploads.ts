import { abandonOnAbort, neverAborted } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import type { GiveUpOutcome } from "../write/giving-up.ts";
import type { StagedFile } from "../write/staged-file.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import type { Staging } from "../write/staging.ts";
import { StillOpenError } from "./still-open-error.ts";
import {
  isBelow,
  type ListedUpload,
  listedUnadopted,
  listedUpload,
  mountPathOf,
} from "./upload-list.ts";

export type { GiveUpOutcome } from "../write/giving-up.ts";

/** How many files are in each state. */
export interface UploadProgress {
  /** Files that are being uploaded, or will be. */
  readonly pending: number;
  /** Files that a program has open for writing. */
  readonly open: number;
  /** Files that nothing will upload. */
  readonly left: number;
  /** Bytes of the pending and the open files that BaseSpace has not confirmed. */
  readonly leftBytes: number;
}

/**
 * - `complete`: BaseSpace has it
 * - `removed`: it is no longer here, and BaseSpace does not have it either
 * - otherwise the file as it is now
 */
export type RetryOutcome = ListedUpload | "complete" | "removed";

/** The unfinished files of a session, one by one. A path is that of a file, or of anything above it, in the mount. */
export interface SessionUploads {
  list(path: string | undefined, signal: AbortSignal): Promise<readonly ListedUpload[]>;
  progress(path: string | undefined, signal: AbortSignal): Promise<UploadProgress>;
  /**
   * Tries a failed upload again, and returns when that succeeded or failed. A file that cannot be tried is returned as it
   * is.
   * @param file the staging file
   */
  retry(file: string, signal: AbortSignal): Promise<RetryOutcome>;
  /**
   * Finishes a file that awaits a commit, and returns when that succeeded or failed. A file that does not await one is
   * returned as it is.
   * @param file the staging file
   */
  commit(file: string, signal: AbortSignal): Promise<RetryOutcome>;
  /**
   * Removes an unfinished file that nobody has open; also one that is being uploaded, whose close fails then.
   * @param file the staging file
   * @throws StillOpenError; BsmountError `busy` while it is open for reading, `not-found`
   */
  discard(file: string, signal: AbortSignal): Promise<GiveUpOutcome>;
}

export interface SessionUploadsOptions {
  readonly staged: StagedFiles;
  readonly staging: Staging;
  /** The path under which the tree shows what is at a path, which may contain Ids. */
  readonly resolve: (path: string, signal: AbortSignal) => Promise<string>;
}

export function sessionUploads(options: SessionUploadsOptions): SessionUploads {
  const { staged, staging } = options;
  const below: SessionUploads["list"] = async (path, signal) => {
    const all = allUploads(options);
    if (path === undefined) return all;
    const above = await resolveOrKeep(options, path, signal);
    return all.filter((upload) => upload.path !== undefined && isBelow(upload.path, above));
  };
  const find = (file: string): StagedFile | undefined =>
    staged.unfinished().find(({ content }) => content.stagingPath === file);
  return {
    list: async (path, signal) => {
      await stageAll(staged);
      return await below(path, signal);
    },
    progress: async (path, signal) => progressOf(await below(path, signal)),
    retry: async (path, signal) => {
      const file = find(path);
      if (file === undefined) return outcomeOfOther(options, path);
      if (listedUpload(file).state !== "failed") return listedUpload(file);
      return await retryFile(file, staged, signal);
    },
    commit: async (path, signal) => {
      const file = find(path);
      if (file === undefined) return outcomeOfOther(options, path);
      if (!file.awaitsCommit || file.awaitsRename || file.isOpenForWriting)
        return listedUpload(file);
      await file.content.commit();
      return await retryFile(file, staged, signal);
    },
    discard: async (path, signal) => {
      const file = find(path);
      if (file !== undefined) return await discardFile(file, staged, signal);
      if (await staging.discardUnadopted(path)) return "removed";
      throw new BsmountError("not-found", `the mount has no unfinished file ${path}`, {
        remedy: "bsmount uploads list shows what is left",
      });
    },
  };
}

/** The caller may copy the staging files. What the disk does not take is listed all the same. */
async function stageAll(staged: StagedFiles): Promise<void> {
  await Promise.allSettled(staged.unfinished().map(async ({ content }) => await content.stage()));
}

/** The unfinished files, and those that ended mounts have left and this one does not upload. */
export function allUploads({
  staged,
  staging,
}: Pick<SessionUploadsOptions, "staged" | "staging">): readonly ListedUpload[] {
  const unfinished = staged.unfinished().map(listedUpload);
  return [...unfinished, ...staging.unadopted().map(listedUnadopted)];
}

/** A path that leads nowhere is compared as it is: its result may have been deleted. */
async function resolveOrKeep(
  { resolve }: SessionUploadsOptions,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await resolve(path, signal);
  } catch {
    signal.throwIfAborted();
    return path;
  }
}

function progressOf(uploads: readonly ListedUpload[]): UploadProgress {
  const isPending = ({ state }: ListedUpload): boolean =>
    state === "pending" || state === "uploading";
  const isOpen = ({ state }: ListedUpload): boolean => state === "being written";
  const pending = uploads.filter(isPending);
  const open = uploads.filter(isOpen);
  return {
    pending: pending.length,
    open: open.length,
    left: uploads.length - pending.length - open.length,
    leftBytes: [...pending, ...open].reduce(
      (sum, { sizeBytes, confirmedBytes }) => sum + sizeBytes - confirmedBytes,
      0,
    ),
  };
}

function outcomeOfOther({ staged, staging }: SessionUploadsOptions, path: string): RetryOutcome {
  const left = staging.unadopted().find((file) => file.path === path);
  if (left !== undefined) return listedUnadopted(left);
  const known = staged.lists.files.find(({ content }) => content.stagingPath === path);
  return known === undefined ? "removed" : "complete";
}

/** When the caller gives up, the attempt continues all the same. */
async function retryFile(
  file: StagedFile,
  staged: StagedFiles,
  signal: AbortSignal,
): Promise<RetryOutcome> {
  try {
    await abandonOnAbort(staged.finishing.finish(file, neverAborted), signal);
  } catch {
    signal.throwIfAborted();
  }
  if (file.isRemoved) return "removed";
  return file.content.isUnfinished ? listedUpload(file) : "complete";
}

async function discardFile(
  file: StagedFile,
  staged: StagedFiles,
  signal: AbortSignal,
): Promise<GiveUpOutcome> {
  const { content, isOpen, writers, writeMode } = file;
  const path = mountPathOf(file);
  // A close that waits for the upload has the file open itself.
  const isClosing = content.state === "finishing" && writeMode === "through";
  const closing = isClosing && writers > 0 ? 1 : 0;
  if (writers > closing) throw new StillOpenError("cannot discard", [path]);
  if (isOpen && writers === 0) {
    throw new BsmountError("busy", `cannot discard ${path}: it is open for reading`, {
      remedy: "end the programs that read it, then try again",
    });
  }
  return await staged.giveUp(file, signal);
}
