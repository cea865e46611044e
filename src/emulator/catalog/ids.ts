import { BsmountError } from "../../core/errors.ts";
import type { TableName } from "../state/entities.ts";
import type { Transaction } from "../state/transaction.ts";
import { parentsOf } from "./import-contents.ts";
import type { Catalog } from "./schema.ts";

/** Assigns Ids in ascending order and skips those that the catalog itself uses. */
export class CatalogIds {
  readonly #transaction: Transaction;
  readonly #taken: ReadonlyMap<TableName, ReadonlySet<string>>;

  constructor(transaction: Transaction, catalog: Catalog) {
    this.#transaction = transaction;
    this.#taken = explicitIds(catalog);
  }

  /** Returns `explicit`, or the next free Id. */
  pick(table: TableName, explicit: string | undefined): string {
    if (explicit !== undefined) return explicit;
    let id = this.#transaction.newId(table);
    while (this.#taken.get(table)?.has(id) === true) id = this.#transaction.newId(table);
    return id;
  }
}

/** @throws BsmountError `usage` for an Id that occurs twice */
function explicitIds(catalog: Catalog): Map<TableName, Set<string>> {
  const taken = new Map<TableName, Set<string>>();
  for (const [table, entities] of entitiesByTable(catalog)) {
    const ids = taken.get(table) ?? new Set();
    taken.set(table, ids);
    for (const { id } of entities) {
      if (id === undefined) continue;
      if (ids.has(id))
        throw new BsmountError("usage", `the catalog has two ${table} with the Id ${id}`);
      ids.add(id);
    }
  }
  return taken;
}

type WithId = { readonly id?: string };

function* entitiesByTable(catalog: Catalog): Iterable<[TableName, readonly WithId[]]> {
  const { users = [], applications = [], appSessions = [], projects = [], runs = [] } = catalog;
  const samples = projects.flatMap((project) => project.samples ?? []);
  const results = projects.flatMap((project) => project.appResults ?? []);
  const datasets = projects.flatMap((project) => project.datasets ?? []);
  const { bioSamples = [] } = catalog;
  yield ["biosamples", bioSamples];
  yield ["libraries", bioSamples.flatMap((bioSample) => bioSample.libraries ?? [])];
  yield ["datasets", datasets];
  yield ["users", users];
  yield ["applications", applications];
  yield ["appsessions", appSessions];
  yield ["projects", projects];
  yield ["samples", samples];
  yield ["appresults", results];
  yield ["runs", runs];
  yield ["files", parentsOf(catalog).flatMap((parent) => parent.files ?? [])];
}
