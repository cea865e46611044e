import { randomBytes } from "node:crypto";
import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { badRequestProblem } from "../http/problem.ts";
import type { Transaction } from "../state/transaction.ts";
import type { Dataset } from "../state/v2-entities.ts";
import { storedDate } from "../text/dates.ts";
import { addOutput } from "./app-sessions.ts";
import type { Context } from "./context.ts";
import { sessionForResult } from "./session-for-result.ts";

/** Creates a dataset without files in a project. @throws Problem as for an app result */
export async function createDataset(
  { state, clock }: Context,
  call: ApiCall,
  projectId: string,
  fields: Fields,
): Promise<Dataset> {
  call.guard.need("create", "projects", projectId);
  const name = textField(fields, "Name")?.trim() ?? "";
  if (name === "") throw badRequestProblem("The name of the dataset is missing");
  const attributes = attributesOf(fields.get("attributes"));
  const date = storedDate(clock.now());
  return await state.transact((transaction) => {
    const dataset: Dataset = {
      id: newDatasetId(),
      name,
      projectId,
      ownerId: call.grants.userId,
      appSessionId: sessionForResult(transaction, call, fields, { name, date }).id,
      typeId: textField(fields, "DatasetTypeId") ?? "common.files",
      attributes,
      qcStatus: "Undefined",
      uploadStatus: "Pending",
      isArchived: false,
      properties: [],
      dateCreated: date,
      dateModified: date,
    };
    return putDataset(transaction, dataset);
  });
}

/** Stores a dataset and adds it to the outputs of its session. */
export function putDataset(transaction: Transaction, dataset: Dataset): Dataset {
  addOutput(transaction, dataset.appSessionId, {
    name: "Output.Datasets",
    type: "dataset[]",
    href: `v2/datasets/${dataset.id}`,
  });
  return transaction.put("datasets", dataset);
}

export function newDatasetId(): string {
  return `ds.${randomBytes(16).toString("hex")}`;
}

function attributesOf(value: unknown): Dataset["attributes"] {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return { ...value };
  throw badRequestProblem("Attributes is not an object");
}
