import type { FileJournal } from "../../src/write/staging-folder.ts";

/** For staged content that no later mount looks for. */
export const NO_JOURNAL: FileJournal = {
  changed: async () => {},
  renamed: async () => {},
  finished: () => {},
  failed: () => {},
  removed: () => {},
};
