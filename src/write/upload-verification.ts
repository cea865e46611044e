import type { FileId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { FileJournal } from "./file-journal.ts";
import type { ResultFilePath, UploadedFile } from "./upload-target.ts";
import type { SentContent } from "./sent-content.ts";
import { describeError } from "../core/errors.ts";
import { DamagedUploadError, type VerifyOptions, verifyUpload } from "./verify-upload.ts";

/** Content that BaseSpace marked complete. */
export interface CompletedContent {
  readonly file: UploadedFile;
  readonly sent: SentContent;
  /** The version of the staged content. */
  readonly version: number;
}

export interface UploadVerificationOptions extends VerifyOptions {
  readonly journal: FileJournal;
  readonly logger: Logger;
}

/** Verifies what BaseSpace marked complete of one staged file; the journal and the log say how. */
export class UploadVerification {
  readonly #options: UploadVerificationOptions;
  #unverified: CompletedContent | undefined;
  #doubtfulId: FileId | undefined;
  readonly #wrongIds = new Set<FileId>();

  constructor(options: UploadVerificationOptions) {
    this.#options = options;
  }

  /** What BaseSpace has of `version` already, but could not be verified because BaseSpace did not respond. */
  unverified(version: number): CompletedContent | undefined {
    const unverified = this.#unverified;
    return unverified?.version === version ? unverified : undefined;
  }

  /** The complete file that was not verified, or is damaged; undefined when the last one is right. */
  get doubtfulId(): FileId | undefined {
    return this.#doubtfulId;
  }

  /** Complete files that do not have the content: they were damaged, or the content was changed before they were verified. */
  get wrongIds(): ReadonlySet<FileId> {
    return this.#wrongIds;
  }

  /** The complete file with this Id does not have the content, which has to be sent again. */
  isWrong(fileId: FileId): void {
    this.#wrongIds.add(fileId);
  }

  /** BaseSpace itself says that the file with this Id is complete and has other bytes. Returns what is to be thrown. */
  damaged(fileId: FileId, uploadPath: string, cause: unknown): DamagedUploadError {
    const { journal } = this.#options;
    this.#doubtfulId = fileId;
    this.#wrongIds.add(fileId);
    journal.recordDroppedUpload();
    journal.recordCompleted({ fileId, uploadPath, verified: [] });
    const file = { id: fileId, path: uploadPath };
    return new DamagedUploadError(file, describeError(cause), { cause });
  }

  /** What is complete in BaseSpace has another path than the file now. */
  forget(): void {
    this.#unverified = undefined;
  }

  /**
   * @throws DamagedUploadError when BaseSpace has other bytes: then the content has to be sent again; what reading it
   * back throws: then it is verified by the next attempt
   */
  async verify(
    completed: CompletedContent,
    { path: uploadPath, appResultId }: ResultFilePath,
    signal: AbortSignal,
  ): Promise<void> {
    const { journal, logger } = this.#options;
    const { file, sent } = completed;
    const { id: fileId, sizeBytes, etag } = file;
    if (this.#doubtfulId !== undefined) this.#wrongIds.add(this.#doubtfulId);
    this.#wrongIds.delete(fileId);
    this.#unverified = completed;
    this.#doubtfulId = fileId;
    try {
      const verified = await verifyUpload(file, sent, this.#options, signal);
      this.#unverified = undefined;
      this.#doubtfulId = undefined;
      journal.recordCompleted({ fileId, uploadPath, verified });
      const what = { path: uploadPath, appResultId, fileId, sizeBytes, etag, verified };
      logger.info(what, "uploaded");
    } catch (error) {
      if (error instanceof DamagedUploadError) {
        this.#unverified = undefined;
        this.#wrongIds.add(fileId);
        journal.recordDroppedUpload();
        journal.recordCompleted({ fileId, uploadPath, verified: [] });
      }
      throw error;
    }
  }
}
