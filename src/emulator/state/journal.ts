import type { TableName, Tables } from "./entities.ts";

/** One entity in its new version, or null when it is gone. */
export interface Change {
  readonly table: TableName;
  readonly id: string;
  readonly entity: Tables[TableName] | null;
}

/** Where changes outlive the process. */
export interface Journal {
  /** Everything that was kept, in no special order. */
  load(): Iterable<Change>;
  /** Keeps all of `changes` or none; when it settles they survive a killed process. */
  append(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

/** For an emulator that forgets. */
export const noJournal: Journal = {
  load: () => [],
  append: async () => {},
  close: async () => {},
};
