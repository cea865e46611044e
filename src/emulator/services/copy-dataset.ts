import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import type { Parent } from "../state/entities.ts";
import { filesParent } from "../state/files-parent.ts";
import type { Dataset } from "../state/v2-entities.ts";
import { storedDate } from "../text/dates.ts";
import type { Context } from "./context.ts";
import { newDatasetId, putDataset } from "./create-dataset.ts";
import { sessionForResult } from "./session-for-result.ts";

/**
 * Copies a dataset with its complete files into the project that the body names. The copies share the stored
 * objects.
 *
 * @throws Problem 403 without the right to read the dataset and to create in the project
 */
export async function copyDataset(
  { state, clock }: Context,
  call: ApiCall,
  fields: Fields,
): Promise<Dataset> {
  const original = call.guard.need("read", "datasets", call.param("id"));
  const projectId = textField(fields, "ProjectId") ?? "";
  call.guard.need("create", "projects", projectId);
  const date = storedDate(clock.now());
  const name = textField(fields, "Name") ?? original.name;
  return await state.transact((transaction) => {
    const { sampleId: _sample, removed: _removed, extra: _extra, ...copied } = original;
    const copy: Dataset = {
      ...copied,
      id: newDatasetId(),
      name,
      projectId,
      ownerId: call.grants.userId,
      appSessionId: sessionForResult(transaction, call, fields, { name, date }).id,
      dateCreated: date,
      dateModified: date,
    };
    for (const id of state.indexes.filesOf(filesParent(original))) {
      const file = state.need("files", id);
      if (file.uploadStatus !== "complete" || file.removed === true) continue;
      const parent: Parent = { noun: "datasets", id: copy.id };
      transaction.put("files", {
        ...file,
        id: transaction.newId("files"),
        parent,
        dateCreated: date,
      });
    }
    return putDataset(transaction, copy);
  });
}
