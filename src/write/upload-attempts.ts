import { endedWithin } from "../core/ended-within.ts";
import type { FileId } from "../core/ids.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { ContentUpload } from "./content-upload.ts";
import type { InFlight } from "./in-flight.ts";
import { withFinalFailures } from "./final-failure.ts";
import type { StillDue } from "./still-due.ts";
import type { UploadedFile } from "./upload-target.ts";

/** How long a removal waits for BaseSpace to complete the file. */
const COMPLETING_MS = 10_000;

/** That of no content: what is being written again was not finished. */
const NO_VERSION = -1;

export interface UploadAttemptsOptions {
  readonly upload: ContentUpload;
  /** Owns what ends later. */
  readonly tasks: TaskGroup;
  /** Whether the file was removed here. */
  readonly isRemoved: () => boolean;
  /** Called when BaseSpace has, or may have, completed a file that was removed meanwhile. */
  readonly onLate?: ((file: Pick<UploadedFile, "id" | "path">) => void) | undefined;
}

/** The attempts to upload one staged file, one at a time, and the versions of it that BaseSpace completed. */
export class UploadAttempts {
  readonly #options: UploadAttemptsOptions;
  #uploaded: UploadedFile | undefined;
  readonly #olderIds = new Set<FileId>();
  /** Ends the attempt that is under way. */
  #ending: AbortController | undefined;

  constructor(options: UploadAttemptsOptions) {
    this.#options = options;
  }

  /** The last version that BaseSpace has. */
  get uploaded(): UploadedFile | undefined {
    return this.#uploaded;
  }

  /** The versions before that, as far as they were uploaded from here. */
  get olderIds(): ReadonlySet<FileId> {
    return this.#olderIds;
  }

  /** What BaseSpace may have completed, although no attempt says so, or may complete. */
  get inFlight(): InFlight {
    const { doubtfulIds, pendingId, wholeMd5 } = this.#options.upload;
    const isCompleting = this.#ending !== undefined && pendingId !== undefined;
    const ids = isCompleting ? [...doubtfulIds, pendingId] : doubtfulIds;
    return { ids, md5s: wholeMd5 === undefined ? [] : [wholeMd5] };
  }

  /**
   * Uploads the file, unless `isDue` says that it is being written again. Returns the version of the content that
   * BaseSpace has then.
   * @throws BsmountError as the upload target
   */
  async run(signal: AbortSignal, isDue: StillDue): Promise<number> {
    const { upload } = this.#options;
    const ending = new AbortController();
    this.#ending = ending;
    const either = AbortSignal.any([signal, ending.signal]);
    try {
      const finished = await withFinalFailures(async () => await upload.finish(either, isDue));
      if (finished === undefined) return NO_VERSION;
      this.#completed(finished.file);
      return finished.version;
    } finally {
      this.#ending = undefined;
      const { path } = upload.destination;
      for (const id of upload.doubtfulIds) this.#reportIfLate({ id, path });
      for (const id of upload.wrongIds) this.#olderIds.add(id);
    }
  }

  /** Ends the attempt that is under way, which fails with `reason`; BaseSpace may have completed the file. */
  end(reason: Error): void {
    this.#ending?.abort(reason);
  }

  /**
   * Discards what was sent of a file that was removed, when `attempt` has ended: BaseSpace may be completing the file, which
   * cannot be aborted, and its Id is known when that has ended. Waits for that for a while.
   */
  async abort(attempt: Promise<unknown> | undefined, signal: AbortSignal): Promise<void> {
    const { upload, tasks } = this.#options;
    if (await endedWithin(attempt, COMPLETING_MS)) {
      await upload.abort(signal);
      return;
    }
    tasks.start(async (later) => {
      await attempt?.catch(() => {});
      await upload.abort(later);
    });
  }

  #completed(file: UploadedFile): void {
    if (this.#uploaded !== undefined) this.#olderIds.add(this.#uploaded.id);
    this.#olderIds.delete(file.id);
    this.#uploaded = file;
    this.#reportIfLate(file);
  }

  #reportIfLate(file: Pick<UploadedFile, "id" | "path">): void {
    if (this.#options.isRemoved()) this.#options.onLate?.(file);
  }
}
