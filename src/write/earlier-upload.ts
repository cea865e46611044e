import { BsmountError } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { PartMemory } from "./part-memory.ts";
import type { ContentEnd } from "./content-state.ts";
import type { JournaledUpload } from "./journal-events.ts";
import type { StagingFile } from "./staging-file.ts";
import type { FoundUpload, ResultFilePath, UploadedFile, UploadTarget } from "./upload-target.ts";

/** What is known of content whose writer's mount has ended. */
export interface EarlierContent {
  readonly end: ContentEnd;
  /** It is finished only when somebody says so. */
  readonly awaitsCommit: boolean;
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** The file that BaseSpace showed at its path when it was adopted. */
  readonly newestId: FileId | undefined;
  /** The pending file of BaseSpace that it was being sent to. */
  readonly upload?: JournaledUpload | undefined;
}

export interface EarlierUploadOptions {
  readonly target: UploadTarget;
  readonly destination: ResultFilePath;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly memory: PartMemory;
  readonly earlier: EarlierContent;
  /** Nobody has changed the content since that process ended. */
  readonly isUnchanged: boolean;
}

/**
 * What BaseSpace has of a file that an ended process was uploading: the complete file, a `pending` one to send the
 * missing parts to, or `nothing`. The process may have ended after BaseSpace had completed the file and before it knew, so
 * nothing is sent before this is known.
 *
 * @throws BsmountError as the upload target
 */
export async function findEarlier(
  options: EarlierUploadOptions,
  signal: AbortSignal,
): Promise<UploadedFile | "nothing" | "pending"> {
  const { target, staging, earlier, isUnchanged } = options;
  const { upload, end } = earlier;
  const newest = await target.newest(options.destination, { signal });
  if (upload === undefined) return await findWhole(newest, options, signal);
  const found = await target.find(upload.fileId, { signal });
  if (found?.uploadStatus === "pending") return "pending";
  const isSame = end === "closed" && isUnchanged && !upload.mayBeOlder;
  return isSame && isWhole(found, staging) ? found : "nothing";
}

/**
 * Content that was left behind must not hide a version that somebody uploaded after it was adopted.
 * @throws BsmountError `unfinished`
 */
export async function refuseOlder(
  {
    target,
    destination,
    earlier,
  }: Pick<EarlierUploadOptions, "destination" | "earlier" | "target">,
  signal: AbortSignal,
): Promise<void> {
  const newest = await target.newest(destination, { signal });
  const known = [undefined, earlier.newestId, earlier.upload?.fileId];
  if (known.includes(newest?.id)) return;
  const problem = `BaseSpace has a newer version of ${destination.path} than the one that was left behind`;
  throw new BsmountError("unfinished", problem, {
    remedy:
      "remove the file, or copy it to another name: bsmount uploads list shows where its bytes are",
  });
}

function isWhole(found: FoundUpload | undefined, { sizeBytes }: StagingFile): found is FoundUpload {
  return found?.uploadStatus === "complete" && found.sizeBytes === sizeBytes;
}

/** The file, when it may have been sent in one request and BaseSpace shows the same bytes at its path. */
async function findWhole(
  newest: UploadedFile | undefined,
  { target, plan, staging, memory }: EarlierUploadOptions,
  signal: AbortSignal,
): Promise<UploadedFile | "nothing"> {
  const { sizeBytes } = staging;
  if (sizeBytes > plan.firstPartBytes) return "nothing";
  if (newest?.sizeBytes !== sizeBytes || newest.etag === undefined) return "nothing";
  const md5 = await memory.use(sizeBytes, signal, async (bytes) => {
    return (await staging.read(0, bytes)) < sizeBytes ? undefined : await target.md5(bytes);
  });
  return newest.etag.toLowerCase() === md5 ? newest : "nothing";
}
