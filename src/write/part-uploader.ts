import type { FileId } from "../core/ids.ts";
import type { PartPlan } from "../core/part-plan.ts";
import type { TaskGroup } from "../core/task-group.ts";
import { IncrementalUpload } from "../upload/incremental-upload.ts";
import type { UploadProtocol } from "../upload/upload-protocol.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingFile } from "./staging-file.ts";
import type { UploadedFile, UploadPlace, UploadTarget } from "./upload-target.ts";

export interface PartUploaderOptions {
  readonly target: UploadTarget;
  readonly place: UploadPlace;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly memory: PartMemory;
  readonly tasks: TaskGroup;
  /** Throws when the file lacks bytes, and must not become complete. */
  readonly check: () => void;
}

/** The upload in parts of one staged file. */
export class PartUploader extends IncrementalUpload<FileId, UploadedFile> {
  constructor({ target, place, staging, ...options }: PartUploaderOptions) {
    super({ ...options, protocol: protocolOf(target, place), content: staging });
  }
}

function protocolOf(
  target: UploadTarget,
  place: UploadPlace,
): UploadProtocol<FileId, UploadedFile> {
  return {
    begin: async (signal) => await target.begin(place, { signal }),
    sendPart: async (fileId, { number, bytes }, signal) => {
      await target.part({ fileId, number }, { bytes }, { signal });
    },
    complete: async (fileId, sizeBytes, signal) => {
      return await target.complete({ fileId, sizeBytes }, { signal });
    },
    abort: async (fileId, signal) => await target.abort(fileId, { signal }),
  };
}
