import { open, type RootDatabase, type RootDatabaseOptionsWithPath } from "lmdb";
import { type TableName, tableNames, type Tables } from "./entities.ts";
import type { Change, Journal } from "./journal.ts";

type Key = [table: TableName, id: string];

/** Of the file and of its lock: tokens are in it. The option is missing from the types of lmdb. */
const PRIVATE = { permissionsMode: 0o600 };

/**
 * Entities in an lmdb file at `path`. A transaction is answered only when it is on the disk, so neither
 * a killed process nor a lost machine loses what a client was told.
 */
export function lmdbJournal(path: string): Journal {
  const form: RootDatabaseOptionsWithPath = { path, encoding: "json", noSubdir: true };
  const database = open<Tables[TableName], Key>({ ...form, ...PRIVATE });
  return {
    load: () => loadAll(database),
    append: async (changes) => await append(database, changes),
    close: async () => await database.close(),
  };
}

function* loadAll(database: RootDatabase<Tables[TableName], Key>): Iterable<Change> {
  for (const { key, value } of database.getRange()) {
    const [table, id] = key;
    if (tableNames.includes(table)) yield { table, id, entity: value };
  }
}

async function append(
  database: RootDatabase<Tables[TableName], Key>,
  changes: readonly Change[],
): Promise<void> {
  await database.transaction(() => {
    for (const { table, id, entity } of changes) {
      if (entity === null) database.removeSync([table, id]);
      else database.putSync([table, id], entity);
    }
  });
  await database.flushed;
}
