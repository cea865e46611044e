import type { FileId } from "../core/ids.ts";
import { IncrementalUpload } from "../upload/incremental-upload.ts";
import type { ContentUploadOptions } from "./content-upload-options.ts";
import type { SentPart } from "./journal-events.ts";
import type { JournaledUpload } from "./journaled-file.ts";
import { protocolOf, type ResultFilePath, type UploadedFile } from "./upload-target.ts";

export type PartsUpload = IncrementalUpload<FileId, UploadedFile>;

export interface PartsUploadOptions {
  readonly destination: ResultFilePath;
  /** The parts that BaseSpace acknowledged; those that are sent are added. */
  readonly sent: Map<number, SentPart>;
  /** One that an ended process has begun. */
  readonly earlier?: JournaledUpload | undefined;
  /** Called with the pending file. */
  readonly onBegun: (fileId: FileId) => void;
  /** As that of {@link IncrementalUpload}. */
  readonly beforeComplete: (fileId: FileId, signal: AbortSignal) => Promise<void>;
  /** As that of {@link IncrementalUpload}. */
  readonly isIntact: () => boolean;
}

/** An upload in parts of a staged file, which the journal records. */
export function partsUpload(
  { target, staging, journal, plan, memory, tasks, check }: ContentUploadOptions,
  { destination, sent, earlier, onBegun, beforeComplete, isIntact }: PartsUploadOptions,
): PartsUpload {
  const protocol = protocolOf(target, destination, {
    begun: async (fileId) => {
      onBegun(fileId);
      await journal.recordUpload({ fileId, uploadPath: destination.path, steps: plan.steps });
    },
    sent: (number, part) => {
      sent.set(number, part);
      journal.recordPart(number, part);
    },
    dropped: () => journal.recordDroppedUpload(),
  });
  const md5 = async (bytes: Uint8Array): Promise<string> => await target.md5(bytes);
  const continued =
    earlier === undefined ? {} : { earlier: { begun: earlier.fileId, parts: earlier.parts, md5 } };
  const parts = { plan, memory, tasks, check, ...continued };
  return new IncrementalUpload({ ...parts, beforeComplete, isIntact, protocol, content: staging });
}
