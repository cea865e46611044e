import type { Journal } from "./journal.ts";
import type {
  ClosedContent,
  CompletedUpload,
  JournalEvent,
  SentPart,
  UploadStart,
  WholeSent,
} from "./journal-events.ts";
import type { ShownFile } from "./result-file.ts";

/** The journal's lines about one file. A method that returns nothing writes its line soon. */
export interface FileJournal {
  /** It is going to be written again. @throws BsmountError `no-space`, `environment` */
  recordChange(): Promise<void>;
  recordInterruption(why: string): void;
  /**
   * Returns when the line is written. A line that cannot be written is written before the next one.
   * @param shown the complete file that the path has, where that is known
   */
  recordName(path: string, isFinal: boolean, shown?: ShownFile["shown"]): Promise<void>;
  /** As {@link recordName}. */
  recordClose(content: ClosedContent): Promise<void>;
  /** As {@link recordName}. */
  recordUpload(upload: UploadStart): Promise<void>;
  recordPart(number: number, part: SentPart): void;
  recordDroppedUpload(): void;
  /** As {@link recordName}. */
  recordWhole(whole: WholeSent): Promise<void>;
  recordCompleted(completed: CompletedUpload): void;
  recordFinish(): void;
  recordFailure(why: string): void;
  recordRemoval(): void;
  /** Its staging file was deleted. */
  forget(): void;
  /** Returns when its lines survive a power cut. @throws BsmountError `no-space`, `environment` */
  sync(): Promise<void>;
}

/** @param sync flushes the journal, and the folder that shows its file */
export function fileJournal(
  journal: Journal,
  file: string,
  sync: () => Promise<void>,
): FileJournal {
  const note = (event: JournalEvent): void => journal.note({ file, ...event });
  const record = async (event: JournalEvent): Promise<void> =>
    await journal.record({ file, ...event });
  return {
    recordChange: async () => await record({ event: "changed" }),
    recordClose: async (content) => {
      await record({ event: "closed", ...content }).catch(() => {});
    },
    recordInterruption: (why) => note({ event: "interrupted", why }),
    recordName: async (path, isFinal, shown) => {
      const known = shown === undefined ? {} : { shown };
      const name = { path, ...(isFinal ? { isFinal } : {}), ...known };
      await record({ event: "renamed", ...name }).catch(() => {});
    },
    recordUpload: async (upload) => {
      await record({ event: "upload-begun", ...upload }).catch(() => {});
    },
    recordPart: (number, part) => note({ event: "part-sent", number, ...part }),
    recordDroppedUpload: () => note({ event: "upload-dropped" }),
    recordWhole: async (whole) => {
      await record({ event: "whole-sent", ...whole }).catch(() => {});
    },
    recordCompleted: (completed) => note({ event: "completed", ...completed }),
    recordFinish: () => note({ event: "finished" }),
    recordFailure: (why) => note({ event: "failed", why }),
    recordRemoval: () => note({ event: "removed" }),
    forget: () => journal.forget(file),
    sync,
  };
}
