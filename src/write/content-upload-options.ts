import type { Logger } from "../core/logger.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { EarlierContent } from "./earlier-upload.ts";
import type { FileJournal } from "./file-journal.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import type { ResultFilePath, UploadedContent, UploadTarget } from "./upload-target.ts";

export interface ContentUploadOptions {
  readonly target: UploadTarget;
  readonly destination: ResultFilePath;
  readonly plan: PartPlan;
  readonly staging: StagingBytes;
  readonly journal: FileJournal;
  /** Memory for bytes that are being sent, shared by all uploads. */
  readonly memory: PartMemory;
  /** Owns what is sent in the background. */
  readonly tasks: TaskGroup;
  /** Reads what was uploaded; without it nothing is read back. */
  readonly content?: UploadedContent | undefined;
  /** Reads back every file, and compares it, before it counts as finished. @default false */
  readonly verifiesUploads?: boolean;
  /** Gets a line for each upload, with how it was verified. */
  readonly logger?: Logger;
  /** Throws when the file lacks bytes, and must not become complete. */
  readonly check: () => void;
  /** Counts changes of the content. */
  readonly version: () => number;
  /** What an ended process has made of it. */
  readonly earlier?: EarlierContent | undefined;
  /** Called when it is to be uploaded to another path from now on. */
  readonly onDestination?: () => void;
}
