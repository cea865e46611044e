import type { ApiCall } from "../access/api-call.ts";
import { grantClause } from "../access/tokens.ts";
import { type Fields, textField } from "../http/body.ts";
import { badRequestProblem } from "../http/problem.ts";
import type { Sample } from "../state/entities.ts";
import type { Transaction } from "../state/transaction.ts";
import { storedDate } from "../text/dates.ts";
import { addOutput } from "./app-sessions.ts";
import type { Context } from "./context.ts";
import { genomeOf } from "./create-app-result.ts";
import { sessionForResult } from "./session-for-result.ts";

/**
 * Creates a sample in the project of `call`, in the session that the query or the body names or in a new one.
 *
 * @throws Problem 400 for an invalid body, 403 for a session of another application, 409 for a session that has ended
 */
export async function createSample(
  { state, clock }: Context,
  call: ApiCall,
  fields: Fields,
): Promise<Sample> {
  const { grants, param } = call;
  const name = textField(fields, "Name")?.trim() ?? "";
  if (name === "") throw badRequestProblem("The name of the sample is missing");
  const reads = readKeys(fields);
  const date = storedDate(clock.now());
  return await state.transact((transaction) => {
    const genomeId = genomeOf(fields);
    const sample: Sample = {
      id: transaction.newId("samples"),
      name,
      projectId: param("id"),
      ownerId: grants.userId,
      appSessionId: sessionForResult(transaction, call, fields, { name, date }).id,
      sampleId: textField(fields, "SampleId") ?? name,
      experimentName: textField(fields, "ExperimentName") ?? "",
      isMerged: false,
      ...reads,
      references: [],
      properties: [],
      dateCreated: date,
      ...(genomeId === undefined ? {} : { genomeId }),
    };
    grantClause(transaction, grants.token.id, `WRITE SAMPLE ${sample.id}`);
    return putSample(transaction, sample);
  });
}

function putSample(transaction: Transaction, sample: Sample): Sample {
  addOutput(transaction, sample.appSessionId, {
    name: "Output.Samples",
    type: "sample[]",
    href: `v1pre3/samples/${sample.id}`,
  });
  addOutput(transaction, sample.appSessionId, {
    name: "Output.Projects",
    type: "project[]",
    href: `v1pre3/projects/${sample.projectId}`,
  });
  return transaction.put("samples", sample);
}

type ReadKeys = Pick<
  Sample,
  "sampleNumber" | "isPairedEnd" | "read1" | "read2" | "numReadsRaw" | "numReadsPF"
>;

function readKeys(fields: Fields): ReadKeys {
  const read2 = countField(fields, "Read2");
  return {
    sampleNumber: countField(fields, "SampleNumber", 1),
    isPairedEnd: flagField(fields, "IsPairedEnd", read2 > 0),
    read1: countField(fields, "Read1"),
    read2,
    numReadsRaw: countField(fields, "NumReadsRaw"),
    numReadsPF: countField(fields, "NumReadsPF"),
  };
}

function countField(fields: Fields, name: string, defaultValue = 0): number {
  const text = textField(fields, name);
  if (text === undefined || text === "") return defaultValue;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequestProblem(`${name} is not a whole number`);
}

/** Accepts true, "True" and 1, all of which clients send. */
function flagField(fields: Fields, name: string, defaultValue: boolean): boolean {
  const value = fields.get(name.toLowerCase());
  if (value === undefined || value === null) return defaultValue;
  return ["true", "1"].includes(JSON.stringify(value).replaceAll('"', "").toLowerCase());
}
