import type { ApiCall } from "../access/api-call.ts";
import { grantClause } from "../access/tokens.ts";
import { type Fields, lowerCaseKeys, textField } from "../http/body.ts";
import { badRequestProblem } from "../http/problem.ts";
import type { AppResult, Reference } from "../state/entities.ts";
import type { Transaction } from "../state/transaction.ts";
import { storedDate } from "../text/dates.ts";
import { parseHref } from "../text/hrefs.ts";
import { addOutput } from "./app-sessions.ts";
import type { Context } from "./context.ts";
import { sessionForResult } from "./session-for-result.ts";

/**
 * Creates an app result in the project of `call`, in the session that the query or the body names, or in a new
 * running session of the token's application.
 *
 * @throws Problem 400 for an invalid body, 403 for a session of another application, 409 for a session that has ended
 */
export async function createAppResult(
  { state, clock }: Context,
  call: ApiCall,
  fields: Fields,
): Promise<AppResult> {
  const { grants, param } = call;
  const name = textField(fields, "Name")?.trim() ?? "";
  if (name === "") throw badRequestProblem("The name of the app result is missing");
  const references = referencesOf(fields.get("references"));
  const date = storedDate(clock.now());
  return await state.transact((transaction) => {
    const genomeId = genomeOf(fields);
    const result: AppResult = {
      id: transaction.newId("appresults"),
      name,
      references,
      dateCreated: date,
      properties: [],
      projectId: param("id"),
      ownerId: grants.userId,
      appSessionId: sessionForResult(transaction, call, fields, { name, date }).id,
      description: textField(fields, "Description") ?? "",
      ...(genomeId === undefined ? {} : { genomeId }),
    };
    grantClause(transaction, grants.token.id, `WRITE APPRESULT ${result.id}`);
    return putAppResult(transaction, result);
  });
}

/** Stores an app result and adds it to the outputs of its session. */
export function putAppResult(transaction: Transaction, result: AppResult): AppResult {
  addOutput(transaction, result.appSessionId, {
    name: "Output.AppResults",
    type: "appresult[]",
    href: `v1pre3/appresults/${result.id}`,
  });
  addOutput(transaction, result.appSessionId, {
    name: "Output.Projects",
    type: "project[]",
    href: `v1pre3/projects/${result.projectId}`,
  });
  return transaction.put("appresults", result);
}

/** The Id in `HrefGenome`; undefined if the field is absent or no Href of a genome. */
export function genomeOf(fields: Fields): string | undefined {
  const target = parseHref(textField(fields, "HrefGenome") ?? "");
  return target?.noun === "genomes" ? target.id : undefined;
}

function referencesOf(value: unknown): Reference[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequestProblem("References is not a list");
  return value.map((item: unknown) => {
    const reference = lowerCaseKeys(item);
    const hrefContent = textField(reference, "HrefContent") ?? "";
    if (parseHref(hrefContent) === undefined) {
      throw badRequestProblem(`${JSON.stringify(hrefContent)} in References is not an Href`);
    }
    const rel = textField(reference, "Rel") ?? "Using";
    return { rel, type: textField(reference, "Type") ?? "", hrefContent };
  });
}
