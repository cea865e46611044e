import type { FileId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { FileJournal } from "./file-journal.ts";
import type { ResultFilePath, UploadedFile } from "./upload-target.ts";
import type { SentContent } from "./sent-content.ts";
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
        journal.recordDroppedUpload();
        journal.recordCompleted({ fileId, uploadPath, verified: [] });
      }
      throw error;
    }
  }
}
