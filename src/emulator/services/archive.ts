import type { ApiCall } from "../access/api-call.ts";
import type { Fields } from "../http/body.ts";
import { badRequestProblem } from "../http/problem.ts";
import type { Parent, Run } from "../state/entities.ts";
import { filesParent } from "../state/files-parent.ts";
import type { State } from "../state/state.ts";
import type { Transaction } from "../state/transaction.ts";
import type { Dataset } from "../state/v2-entities.ts";
import type { Context } from "./context.ts";

/** The entities that one request archived or restored. */
export interface ArchiveChange {
  readonly datasets: readonly Dataset[];
  readonly runs: readonly Run[];
}

/**
 * Archives the datasets and runs that the body names, with all their files, or restores them. Both take effect
 * at once.
 *
 * @throws Problem 400 for a body that names none, 403 if the token may not write one of them
 */
export async function setArchived(
  { state }: Context,
  { guard }: ApiCall,
  fields: Fields,
  isArchived: boolean,
): Promise<ArchiveChange> {
  const [datasetIds, runIds] = [idListField(fields, "Datasets"), idListField(fields, "Runs")];
  if (datasetIds.length + runIds.length === 0)
    throw badRequestProblem("Datasets and Runs are both empty");
  return await state.transact((transaction) => ({
    datasets: datasetIds.map((id) => {
      const dataset = guard.need("write", "datasets", id);
      setFilesArchived(transaction, state, filesParent(dataset), isArchived);
      return transaction.put("datasets", { ...dataset, isArchived });
    }),
    runs: runIds.map((id) => {
      const run = guard.need("write", "runs", id);
      setFilesArchived(transaction, state, { noun: "runs", id }, isArchived);
      return transaction.put("runs", { ...run, isArchived });
    }),
  }));
}

function setFilesArchived(
  transaction: Transaction,
  state: State,
  parent: Parent,
  isArchived: boolean,
): void {
  for (const id of state.indexes.filesOf(parent)) {
    transaction.put("files", { ...transaction.need("files", id), isArchived });
  }
}

function idListField(fields: Fields, name: string): string[] {
  const value = fields.get(name.toLowerCase()) ?? [];
  const isList = Array.isArray(value) && value.every((id) => typeof id === "string");
  if (!isList) throw badRequestProblem(`${name} is not a list of Ids`);
  return value;
}
