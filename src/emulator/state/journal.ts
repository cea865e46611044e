import type { TableName, Tables } from "./entities.ts";

/** One entity in its new version, or null if it was removed. */
export interface Change {
  readonly table: TableName;
  readonly id: string;
  readonly entity: Tables[TableName] | null;
}

/** Makes changes persistent. */
export interface Journal {
  /** Returns all stored entities, in no particular order. */
  load(): Iterable<Change>;
  /** Stores all of `changes` or none; once it resolves, they survive a crash. */
  append(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

/** The journal of an emulator without a data folder. */
export const noJournal: Journal = {
  load: () => [],
  append: async () => {},
  close: async () => {},
};
