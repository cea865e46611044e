import type { FileJournal } from "../../src/write/staging-folder.ts";

/** For drafts that nobody looks for afterwards. */
export const NO_JOURNAL: FileJournal = {
  changed: async () => {},
  renamed: async () => {},
  finished: () => {},
  failed: () => {},
  removed: () => {},
};
