import { randomUUID } from "node:crypto";
import { open, type RootDatabase, type RootDatabaseOptionsWithPath } from "lmdb";
import { BsmountError } from "../../core/errors.ts";
import { type TableName, tableNames, type Tables } from "./entities.ts";
import type { Change, Journal } from "./journal.ts";

type Key = [table: TableName, id: string];

/** Which emulator writes here. In no table, so that it is never taken for an entity. */
const OWNER = ["", "owner"] as unknown as Key;

/** Of the file and of its lock: tokens are in it. The option is missing from the types of lmdb. */
const PRIVATE = { permissionsMode: 0o600 };

/**
 * Entities in an lmdb file at `path`. A transaction is answered only when it is on the disk, so neither
 * a killed process nor a lost machine loses what a client was told. The last one that opened the file has it: what
 * another one appends is refused, so that two that do not see each other's lock, as in two containers, cannot overwrite
 * each other's entities.
 */
export function lmdbJournal(path: string): Journal {
  const form: RootDatabaseOptionsWithPath = { path, encoding: "json", noSubdir: true };
  const database = open<Tables[TableName], Key>({ ...form, ...PRIVATE });
  const own = randomUUID();
  database.putSync(OWNER, own as never);
  return {
    load: () => loadAll(database),
    append: async (changes) => await append(database, changes, own),
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
  own: string,
): Promise<void> {
  await database.transaction(() => {
    if ((database.get(OWNER) as unknown) !== own) throw takenOver();
    for (const { table, id, entity } of changes) {
      if (entity === null) database.removeSync([table, id]);
      else database.putSync([table, id], entity);
    }
  });
  await database.flushed;
}

function takenOver(): BsmountError {
  return new BsmountError("busy", "another emulator has opened this data folder since", {
    remedy: "end this emulator, and ask the other one",
  });
}
