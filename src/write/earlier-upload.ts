import { compareIds } from "../core/compare-ids.ts";
import { BsmountError } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import { type InFlight, isInFlight } from "./in-flight.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { ContentEnd } from "./content-state.ts";
import { type JournaledFile, type JournaledUpload, overtakenBy } from "./journaled-file.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import type {
  FoundUpload,
  ListedPart,
  ResultFilePath,
  UploadedFile,
  UploadTarget,
} from "./upload-target.ts";

/** What BaseSpace showed when a file that was left behind was adopted. */
export interface ShownThen {
  /** The complete file at its path. */
  readonly newest?: ShownVersion | undefined;
  /** The greatest Id of all files of its app result: whatever came since has a greater one. */
  readonly listedUpTo?: FileId | undefined;
}

/** A complete file of BaseSpace. */
export interface ShownVersion {
  readonly id: FileId;
  readonly sizeBytes: number;
  readonly etag?: string | undefined;
}

/** What is known of content whose writer's mount has ended. */
export interface EarlierContent {
  readonly end: ContentEnd;
  /** It is finished only when somebody says so. */
  readonly awaitsCommit: boolean;
  /** The journal says that what was closed survives a power cut. */
  readonly isSynced: boolean;
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly shown: ShownThen;
  /** What its path showed when it was begun there; see `came-after.ts`. */
  readonly begunAfter?: FileId | null | undefined;
  /** What BaseSpace may complete of earlier attempts, and of files that it has replaced. */
  readonly overtakes: InFlight;
  /** The pending file of BaseSpace that it was being sent to. */
  readonly upload?: JournaledUpload | undefined;
  /** A complete file that did not have the bytes that were sent. */
  readonly refusedId?: FileId | undefined;
}

/** @param left `uploadPath` is where it is to be uploaded to: what was sent under another path is of no use */
export function earlierContent({
  known,
  uploadPath,
  ...left
}: Pick<EarlierContent, "end" | "modifiedMs" | "shown"> & {
  readonly known: JournaledFile;
  readonly uploadPath: string;
}): EarlierContent {
  const { upload, closed, completed, shown: begunAfter } = known;
  return {
    ...left,
    overtakes: overtakenBy(known),
    // Once it was completed, that is what its path shows.
    begunAfter: completed === undefined ? begunAfter : undefined,
    awaitsCommit: closed?.awaitsCommit === true,
    isSynced: left.end === "closed" && closed?.isSynced === true,
    upload: upload?.uploadPath === uploadPath ? upload : undefined,
    refusedId: completed?.verified.length === 0 ? completed.fileId : undefined,
  };
}

export interface EarlierUploadOptions {
  readonly target: UploadTarget;
  readonly plan: PartPlan;
  readonly staging: StagingBytes;
  readonly memory: PartMemory;
  /** Counts changes of the content. */
  readonly version: () => number;
}

/** What BaseSpace has of a file that an ended process was uploading. */
export type FoundEarlier =
  | { readonly is: "complete"; readonly file: UploadedFile }
  /** Missing parts can be sent. `parts` are those that BaseSpace says to have, undefined when it does not say. */
  | { readonly is: "pending"; readonly parts: readonly ListedPart[] | undefined }
  | { readonly is: "nothing" };

const NOTHING: FoundEarlier = { is: "nothing" };

/**
 * Content that an ended process left. The process may have ended after BaseSpace had completed the file and before it
 * knew, and BaseSpace may have lost parts since, so nothing is sent before that is known. And the content must not hide a
 * version that somebody uploaded after it was adopted.
 */
export class EarlierUpload {
  readonly #options: EarlierUploadOptions;
  readonly #earlier: EarlierContent;
  /** The version that the process left. */
  readonly #version: number;
  #isSettled = false;

  constructor(options: EarlierUploadOptions, earlier: EarlierContent) {
    this.#options = options;
    this.#earlier = earlier;
    this.#version = options.version();
  }

  /** It is known what BaseSpace has of it. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /**
   * Finds out, once, what BaseSpace has of it; undefined when that is known.
   * @throws BsmountError `unfinished` when BaseSpace has a newer version; as the upload target
   */
  async settle(
    destination: ResultFilePath,
    signal: AbortSignal,
  ): Promise<FoundEarlier | undefined> {
    if (this.#isSettled && !this.#isAsLeft) return undefined;
    const newest = await this.#newest(destination, signal);
    const found = this.#isSettled ? undefined : await this.#find(newest, signal);
    if (found?.is !== "complete") this.#refuseOlder(destination, newest);
    this.#isSettled = true;
    return found;
  }

  /** To be called right before the file is completed: sending it may have taken hours. @throws as {@link settle} */
  async refuseOlder(destination: ResultFilePath, signal: AbortSignal): Promise<void> {
    if (this.#isAsLeft) this.#refuseOlder(destination, await this.#newest(destination, signal));
  }

  /** Whether nobody has changed it since that process ended. */
  get #isAsLeft(): boolean {
    return this.#options.version() === this.#version;
  }

  async #find(newest: ShownVersion | undefined, signal: AbortSignal): Promise<FoundEarlier> {
    const { target, staging } = this.#options;
    const { upload, end } = this.#earlier;
    if (upload === undefined) return await this.#findWhole(newest, signal);
    const { fileId } = upload;
    const found = await target.find(fileId, { signal });
    if (found?.uploadStatus === "pending") {
      return { is: "pending", parts: await target.parts(fileId, { signal }) };
    }
    const isSame = end === "closed" && this.#isAsLeft && !upload.mayBeOlder;
    return isSame && isWhole(found, staging) ? { is: "complete", file: found } : NOTHING;
  }

  /** The file, when it may have been sent in one request and BaseSpace shows the same bytes at its path. */
  async #findWhole(newest: ShownVersion | undefined, signal: AbortSignal): Promise<FoundEarlier> {
    const { target, staging, memory } = this.#options;
    const { sizeBytes } = staging;
    if (newest?.etag === undefined || !this.#mayBe(newest)) return NOTHING;
    const md5 = await memory.use(sizeBytes, signal, async (bytes) => {
      return (await staging.read(0, bytes)) < sizeBytes ? undefined : await target.md5(bytes);
    });
    if (newest.etag.toLowerCase() !== md5) return NOTHING;
    const file = await target.find(newest.id, { signal });
    return isWhole(file, staging) ? { is: "complete", file } : NOTHING;
  }

  /** Whether it can be this file, sent in one request: one that was there before is another. */
  #mayBe({ id, sizeBytes }: ShownVersion): boolean {
    const { plan, staging } = this.#options;
    const { begunAfter, refusedId } = this.#earlier;
    if (sizeBytes !== staging.sizeBytes || sizeBytes > plan.firstPartBytes) return false;
    const isNewer = typeof begunAfter !== "string" || compareIds(id, begunAfter) > 0;
    return isNewer && id !== refusedId;
  }

  /** The complete file that its path shows now. */
  async #newest(
    destination: ResultFilePath,
    signal: AbortSignal,
  ): Promise<ShownVersion | undefined> {
    const { shown } = this.#earlier;
    const after = shown.listedUpTo;
    const newer = await this.#options.target.newest(destination, { after, signal });
    return newer ?? shown.newest;
  }

  #refuseOlder({ path }: ResultFilePath, newest: ShownVersion | undefined): void {
    const { shown, overtakes, upload } = this.#earlier;
    if (!this.#isAsLeft || newest === undefined || newest.id === upload?.fileId) return;
    if (isInFlight(newest, overtakes)) return;
    if (shown.newest !== undefined && compareIds(newest.id, shown.newest.id) <= 0) return;
    const problem = `BaseSpace has a newer version of ${path} than the one that was left behind`;
    throw new BsmountError("unfinished", problem, {
      remedy:
        "remove the file, or copy it to another name: bsmount uploads list shows where its bytes are",
    });
  }
}

function isWhole(
  found: FoundUpload | undefined,
  { sizeBytes }: StagingBytes,
): found is FoundUpload {
  return found?.uploadStatus === "complete" && found.sizeBytes === sizeBytes;
}
