import type { FileId } from "../core/ids.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { TaskGroup } from "../core/task-group.ts";
import { IncrementalUpload } from "../upload/incremental-upload.ts";
import type { UploadProtocol } from "../upload/upload-protocol.ts";
import type { PartMemory } from "./part-memory.ts";
import type { StagingFile } from "./staging-file.ts";
import type { UploadedFile, UploadDestination, UploadTarget } from "./upload-target.ts";

export interface PartUploaderOptions {
  readonly target: UploadTarget;
  readonly destination: UploadDestination;
  readonly plan: PartPlan;
  readonly staging: StagingFile;
  readonly memory: PartMemory;
  readonly tasks: TaskGroup;
  /** Throws when the file lacks bytes, and must not become complete. */
  readonly check: () => void;
}

/** The upload in parts of one staged file. */
export class PartUploader extends IncrementalUpload<FileId, UploadedFile> {
  constructor({ target, destination, staging, ...options }: PartUploaderOptions) {
    super({ ...options, protocol: protocolOf(target, destination), content: staging });
  }
}

function protocolOf(
  target: UploadTarget,
  destination: UploadDestination,
): UploadProtocol<FileId, UploadedFile> {
  return {
    begin: async (signal) => await target.begin(destination, { signal }),
    sendPart: async (fileId, { number, bytes }, signal) => {
      await target.part({ fileId, number }, { bytes }, { signal });
    },
    complete: async (fileId, sizeBytes, signal) => {
      return await target.complete({ fileId, sizeBytes }, { signal });
    },
    abort: async (fileId, signal) => await target.abort(fileId, { signal }),
  };
}
