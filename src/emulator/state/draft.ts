import type { TableName, Tables } from "./entities.ts";
import type { Change } from "./journal.ts";

/** What a draft reads from: the state as it is. */
export interface DraftBase {
  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined;
}

/** The changes of one transaction, which sees them itself before anybody else does. */
export class Draft {
  readonly #base: DraftBase;
  readonly #newId: (table: TableName) => string;
  readonly #changes = new Map<string, Change>();

  constructor(base: DraftBase, newId: (table: TableName) => string) {
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

  /** An Id that nothing in `table` has: one more than the greatest. */
  newId(table: TableName): string {
    let id = this.#newId(table);
    while (this.get(table, id) !== undefined) id = this.#newId(table);
    return id;
  }
}
