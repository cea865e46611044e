import type { Context } from "./context.ts";
import type { ApiCall } from "../access/api-call.ts";
import type { Fields } from "../http/body.ts";
import { badRequest } from "../http/problem.ts";
import type { Draft } from "../state/draft.ts";
import type { Parent, Run } from "../state/entities.ts";
import { filesParent } from "../state/files-parent.ts";
import type { State } from "../state/state.ts";
import type { Dataset } from "../state/v2-entities.ts";

/** What was put into cold storage together, or fetched from it. */
export interface Archived {
  readonly datasets: readonly Dataset[];
  readonly runs: readonly Run[];
}

/**
 * Puts the datasets and runs that the body names, with all their files, into cold storage, or back at once.
 *
 * @throws Problem 400 for a body that names none, 403 where one of them may not be written
 */
export async function setArchived(
  { state }: Context,
  { guard }: ApiCall,
  fields: Fields,
  isArchived: boolean,
): Promise<Archived> {
  const [datasetIds, runIds] = [idsIn(fields, "Datasets"), idsIn(fields, "Runs")];
  if (datasetIds.length + runIds.length === 0) throw badRequest("Datasets and Runs are both empty");
  return await state.transact((draft) => ({
    datasets: datasetIds.map((id) => {
      const dataset = guard.need("write", "datasets", id);
      moveFiles(draft, state, filesParent(dataset), isArchived);
      return draft.put("datasets", { ...dataset, isArchived });
    }),
    runs: runIds.map((id) => {
      const run = guard.need("write", "runs", id);
      moveFiles(draft, state, { noun: "runs", id }, isArchived);
      return draft.put("runs", { ...run, isArchived });
    }),
  }));
}

function moveFiles(draft: Draft, state: State, parent: Parent, isArchived: boolean): void {
  for (const id of state.indexes.filesOf(parent)) {
    draft.put("files", { ...draft.need("files", id), isArchived });
  }
}

function idsIn(fields: Fields, name: string): string[] {
  const value = fields.get(name.toLowerCase()) ?? [];
  const isList = Array.isArray(value) && value.every((id) => typeof id === "string");
  if (!isList) throw badRequest(`${name} is not a list of Ids`);
  return value;
}
