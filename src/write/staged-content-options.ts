import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { EarlierContent } from "./earlier-upload.ts";
import type { FileJournal } from "./file-journal.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import type {
  ResultFilePath,
  UploadedContent,
  UploadedFile,
  UploadTarget,
} from "./upload-target.ts";

export interface StagedContentOptions {
  readonly target: UploadTarget;
  readonly destination: ResultFilePath;
  /** False while it is not known under which path the file will be finished: nothing is sent before that. */
  readonly sendsAhead: boolean;
  readonly plan: PartPlan;
  readonly staging: StagingBytes;
  readonly journal: FileJournal;
  /** Runs what needs room on the staging disk, again when that is full and room could be made. */
  readonly withRoom: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  /** Memory for bytes that are being sent, shared by all files. */
  readonly memory: PartMemory;
  /** Owns what is sent in the background. */
  readonly tasks: TaskGroup;
  /** Reads what was uploaded; without it nothing is read back. */
  readonly content?: UploadedContent | undefined;
  /** Reads back every file, and compares it, before it counts as finished. @default false */
  readonly verifiesUploads?: boolean;
  /** Gets a line for each upload. */
  readonly logger?: Logger;
  /** Whether it begins as a copy of another file; then {@link StagedContent.copied} ends the copying. */
  readonly isCopy: boolean;
  /** What an ended process made of it, whose staging file this is. */
  readonly earlier?: EarlierContent | undefined;
  /** Called when it is to be uploaded to another path from now on. */
  readonly onDestination?: () => void;
  /** Called when BaseSpace has completed a file that was removed meanwhile. */
  readonly onLate?: (file: Pick<UploadedFile, "id" | "path">) => void;
}
