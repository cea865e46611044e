/*
 * Begin here. `state/` has the entities of the local BaseSpace (`entities.ts`, `v2-entities.ts`), in memory. Every
 * other folder reads them through `State`; `services/`, `access/` and `catalog/` change them in a `Transaction`, which
 * the journal makes persistent.
 */

import { neverAborted } from "../../core/abort.ts";
import { compareIds } from "../../core/compare-ids.ts";
import { Semaphore } from "../../core/semaphore.ts";
import { type TableName, tableNames, type Tables } from "./entities.ts";
import { Indexes } from "./indexes.ts";
import type { Change, Journal } from "./journal.ts";
import { Transaction } from "./transaction.ts";

type TableMaps = { readonly [Name in TableName]: Map<string, Tables[Name]> };

/** The first Id of each noun where the catalog has none. */
const FIRST_IDS: Readonly<Partial<Record<TableName, number>>> = {
  users: 1001,
  applications: 2001,
  projects: 10_001,
  samples: 200_001,
  appresults: 300_001,
  appsessions: 400_001,
  runs: 500_001,
  files: 9_000_000_001,
  biosamples: 600_001,
  libraries: 700_001,
  trash: 800_001,
};

/**
 * All entities of the local BaseSpace, in memory, with a journal.
 *
 * Transactions run one at a time: the work changes a {@link Transaction}, the journal stores the changes, and only then
 * do others see them. So no response ever shows a change that a crash could undo. Work that throws changes
 * nothing.
 */
export class State {
  readonly indexes: Indexes = new Indexes();
  readonly #tables: TableMaps = emptyTables();
  readonly #lastIds = new Map<TableName, string>();
  readonly #journal: Journal;
  readonly #writing = new Semaphore(1);

  constructor(journal: Journal) {
    this.#journal = journal;
    for (const change of journal.load()) this.#apply(change);
  }

  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined {
    return this.#tables[table].get(id);
  }

  /** As {@link get}, for an Id that another entity refers to, so that the entity must exist. */
  need<Name extends TableName>(table: Name, id: string): Tables[Name] {
    const entity = this.get(table, id);
    if (entity === undefined) throw new Error(`the emulator's state has no ${table} ${id}`);
    return entity;
  }

  all<Name extends TableName>(table: Name): Iterable<Tables[Name]> {
    return this.#tables[table].values();
  }

  count(table: TableName): number {
    return this.#tables[table].size;
  }

  /** Runs `work` and makes its changes persistent. @throws what `work` throws; then nothing has changed */
  async transact<Result>(work: (transaction: Transaction) => Result): Promise<Result> {
    return await this.#writing.run(neverAborted, async () => {
      const transaction = new Transaction(this, (table) => this.#nextId(table));
      const result = work(transaction);
      if (transaction.changes.length > 0) await this.#journal.append(transaction.changes);
      for (const change of transaction.changes) this.#apply(change);
      return result;
    });
  }

  async close(): Promise<void> {
    await this.#writing.run(neverAborted, async () => await this.#journal.close());
  }

  #nextId(table: TableName): string {
    const last = this.#lastIds.get(table);
    const next = last === undefined ? String(FIRST_IDS[table] ?? 1) : String(BigInt(last) + 1n);
    this.#lastIds.set(table, next);
    return next;
  }

  #apply({ table, id, entity }: Change): void {
    const map = this.#tables[table] as Map<string, Tables[TableName]>;
    this.indexes.update(table, map.get(id), entity ?? undefined);
    if (entity === null) map.delete(id);
    else map.set(id, entity);
    if (table in FIRST_IDS && /^\d+$/.test(id)) this.#remember(table, id);
  }

  #remember(table: TableName, id: string): void {
    const last = this.#lastIds.get(table);
    if (last === undefined || compareIds(last, id) < 0) this.#lastIds.set(table, id);
  }
}

function emptyTables(): TableMaps {
  return Object.fromEntries(tableNames.map((name) => [name, new Map()])) as unknown as TableMaps;
}
