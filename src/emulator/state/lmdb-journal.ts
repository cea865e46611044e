import { randomUUID } from "node:crypto";
import { open, type RootDatabase, type RootDatabaseOptionsWithPath } from "lmdb";
import { BsmountError } from "../../core/errors.ts";
import { type TableName, tableNames, type Tables } from "./entities.ts";
import type { Change, Journal } from "./journal.ts";

type Key = [table: TableName, id: string];

/** The key of the emulator that owns the file. It belongs to no table, so it is never read as an entity. */
const OWNER = ["", "owner"] as unknown as Key;

/** The mode of the file and of its lock, because tokens are in it. lmdb's types lack this option. */
const PRIVATE = { permissionsMode: 0o600 };

/**
 * A journal in an lmdb file at `path`. A transaction resolves only when it is on the disk, so that neither a
 * killed process nor a power failure loses what a client was told. The emulator that opened the file last owns it;
 * the journal refuses what any other appends. So two emulators that cannot see each other's lock, as in two
 * containers, never overwrite each other's entities.
 */
export function lmdbJournal(path: string): Journal {
  const form: RootDatabaseOptionsWithPath = { path, encoding: "json", noSubdir: true };
  const database = open<Tables[TableName], Key>({ ...form, ...PRIVATE });
  const ownerId = randomUUID();
  database.putSync(OWNER, ownerId as never);
  return {
    load: () => loadAll(database),
    append: async (changes) => await append(database, changes, ownerId),
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
  ownerId: string,
): Promise<void> {
  await database.transaction(() => {
    if ((database.get(OWNER) as unknown) !== ownerId) throw takenOverError();
    for (const { table, id, entity } of changes) {
      if (entity === null) database.removeSync([table, id]);
      else database.putSync([table, id], entity);
    }
  });
  await database.flushed;
}

function takenOverError(): BsmountError {
  return new BsmountError("busy", "another emulator has opened this data folder in the meantime", {
    remedy: "stop this emulator and use the other one",
  });
}
