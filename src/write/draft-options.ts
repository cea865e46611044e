import type { Clock } from "../core/clock.ts";
import type { PartPlan } from "../core/part-plan.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingFile } from "./staging-file.ts";
import type { FileJournal } from "./staging-folder.ts";
import type { UploadPlace, UploadTarget } from "./upload-target.ts";

export interface DraftOptions {
  readonly target: UploadTarget;
  readonly place: UploadPlace;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly journal: FileJournal;
  /** Runs what needs room on the staging disk, again when that is full and room could be made. */
  readonly withRoom: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  /** Memory for bytes on their way up, shared by all drafts. */
  readonly memory: PartMemory;
  /** Owns what goes up in the background. */
  readonly tasks: TaskGroup;
}
