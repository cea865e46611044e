import type { FileJournal } from "../../src/write/staging-folder.ts";

/** For staged content that no later mount has to find. */
export const NO_JOURNAL: FileJournal = {
  changed: async () => {},
  renamed: async () => {},
  finished: () => {},
  failed: () => {},
  removed: () => {},
};
