import { BsmountError } from "../../core/errors.ts";
import type { Draft } from "../state/draft.ts";
import type { TableName } from "../state/entities.ts";
import type { Contents } from "./import-contents.ts";
import { type Author, DefaultDates } from "./defaults.ts";
import { CatalogIds } from "./ids.ts";
import type { Catalog } from "./schema.ts";

/** A catalog on its way into a draft: what every part of the work needs. */
export interface Filling {
  readonly draft: Draft;
  readonly catalog: Catalog;
  readonly contents: Contents;
  readonly ids: CatalogIds;
  readonly dates: DefaultDates;
  /** Who owns and makes what the catalog gives nobody: the first user, the emulator's application. */
  readonly author: Author;
}

export type FillingStart = Omit<Filling, "author">;

export function startFilling(draft: Draft, catalog: Catalog, contents: Contents): FillingStart {
  const ids = new CatalogIds(draft, catalog);
  return { draft, catalog, contents, ids, dates: new DefaultDates(catalog.date) };
}

/** As {@link knownId}, or `fallback` where the catalog names none. */
export function knownOr(
  draft: Draft,
  table: TableName,
  id: string | undefined,
  fallback: string,
): string {
  return id === undefined ? fallback : knownId(draft, table, id);
}

/** The Id that a catalog names, if there is such a thing. @throws BsmountError `usage` */
export function knownId(draft: Draft, table: TableName, id: string): string {
  if (draft.get(table, id) !== undefined) return id;
  throw new BsmountError("usage", `the catalog names ${table} ${id}, which it does not have`);
}
