import type { Journal } from "./journal.ts";
import type {
  ClosedContent,
  CompletedUpload,
  JournalEvent,
  NewFileName,
  SentPart,
  UploadStart,
  WholeSent,
} from "./journal-events.ts";

/** The journal's lines about one file. A method that returns nothing writes its line soon. */
export interface FileJournal {
  /** It is going to be written again. @throws BsmountError `no-space`, `environment` */
  recordChange(): Promise<void>;
  recordInterruption(why: string): void;
  /** Returns when the line is written. A line that cannot be written is written before the next one. */
  recordName(name: NewFileName): Promise<void>;
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
  /** The files of BaseSpace that it has replaced have whiteouts. */
  recordCovers(): void;
  /** It was removed; its staging file may still be there. @throws BsmountError `no-space`, `environment` */
  recordRemoval(): Promise<void>;
  recordFailure(why: string): void;
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
    recordName: async (name) => {
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
    recordCovers: () => {
      if (journal.known(file)?.toCover !== undefined) note({ event: "covered" });
    },
    recordRemoval: async () => await record({ event: "removed" }),
    recordFailure: (why) => note({ event: "failed", why }),
    forget: () => journal.forget(file),
    sync,
  };
}
