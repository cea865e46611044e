import type { TableName, Tables } from "./entities.ts";
import type { Change } from "./journal.ts";

/** The stored state, which a transaction reads where it has no change. */
export interface StoredEntities {
  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined;
}

/** The changes of one transaction, which reads them itself; others see them when it has ended. */
export class Transaction {
  readonly #base: StoredEntities;
  readonly #newId: (table: TableName) => string;
  readonly #changes = new Map<string, Change>();

  constructor(base: StoredEntities, newId: (table: TableName) => string) {
    this.#base = base;
    this.#newId = newId;
  }

  get changes(): readonly Change[] {
    return [...this.#changes.values()];
  }

  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined {
    const change = this.#changes.get(`${table}/${id}`);
    if (change === undefined) return this.#base.get(table, id);
    return (change.entity as Tables[Name] | null) ?? undefined;
  }

  need<Name extends TableName>(table: Name, id: string): Tables[Name] {
    const entity = this.get(table, id);
    if (entity === undefined) throw new Error(`the emulator's state has no ${table} ${id}`);
    return entity;
  }

  put<Name extends TableName>(table: Name, entity: Tables[Name]): Tables[Name] {
    this.#changes.set(`${table}/${entity.id}`, { table, id: entity.id, entity });
    return entity;
  }

  remove(table: TableName, id: string): void {
    this.#changes.set(`${table}/${id}`, { table, id, entity: null });
  }

  /** Returns an unused Id of `table`: one more than the greatest. */
  newId(table: TableName): string {
    let id = this.#newId(table);
    while (this.get(table, id) !== undefined) id = this.#newId(table);
    return id;
  }
}
