import type { FileJournal } from "../../src/write/file-journal.ts";

/** For staged content that no later mount has to find. */
export const NO_JOURNAL: FileJournal = {
  recordChange: async () => {},
  recordClose: async () => {},
  recordInterruption: () => {},
  recordName: async () => {},
  recordUpload: async () => {},
  recordPart: () => {},
  recordDroppedUpload: () => {},
  recordWhole: async () => {},
  recordCompleted: () => {},
  recordFinish: () => {},
  recordCovers: () => {},
  recordRemoval: async () => {},
  recordFailure: () => {},
  forget: () => {},
  sync: async () => {},
};
