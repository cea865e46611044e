import { BsmountError } from "../../core/errors.ts";
import type { TableName } from "../state/entities.ts";
import type { Transaction } from "../state/transaction.ts";
import { type Author, DefaultDates } from "./defaults.ts";
import { CatalogIds } from "./ids.ts";
import type { ImportedContents } from "./import-contents.ts";
import type { Catalog } from "./schema.ts";

/** What the functions that store a catalog's entries share. */
export interface FillContext {
  readonly transaction: Transaction;
  readonly catalog: Catalog;
  readonly contents: ImportedContents;
  readonly ids: CatalogIds;
  readonly dates: DefaultDates;
  /** The default owner and creator: the first user and the emulator's application. */
  readonly author: Author;
}

export type FillContextStart = Omit<FillContext, "author">;

export function startFillContext(
  transaction: Transaction,
  catalog: Catalog,
  contents: ImportedContents,
): FillContextStart {
  const ids = new CatalogIds(transaction, catalog);
  return { transaction, catalog, contents, ids, dates: new DefaultDates(catalog.date) };
}

/** As {@link existingId}, or `fallback` where the catalog names no Id. */
export function existingIdOr(
  transaction: Transaction,
  table: TableName,
  id: string | undefined,
  fallback: string,
): string {
  return id === undefined ? fallback : existingId(transaction, table, id);
}

/** Returns `id` if the catalog has an entity of it. @throws BsmountError `usage` if it has none */
export function existingId(transaction: Transaction, table: TableName, id: string): string {
  if (transaction.get(table, id) !== undefined) return id;
  throw new BsmountError(
    "usage",
    `the catalog refers to ${table} ${id}, which it does not contain`,
  );
}
