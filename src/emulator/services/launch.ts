import type { ApiCall } from "../access/api-call.ts";
import { mayBrowseResource } from "../access/resource-access.ts";
import { type Fields, lowerCaseKeys, textField } from "../http/body.ts";
import { conflictProblem, LaunchProblem, noPermissionProblem, Problem } from "../http/problem.ts";
import type { Application, AppSession } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { storedDate } from "../text/dates.ts";
import type { Context } from "./context.ts";
import { launchedProperties } from "./launch-properties.ts";
import { type NewProperty, parseProperties } from "./properties/parse.ts";
import { withAuthor } from "./properties/store.ts";
import { putNewSession } from "./session-for-result.ts";

/**
 * Starts an application: creates a running session with the properties of the body and those that the launcher adds.
 *
 * @throws Problem 403 without the right to start applications, 404 in the launcher's form for an unknown
 * application, 409 `Conflict` for an invalid form.
 */
export async function launch(
  { state, clock }: Context,
  { grants, guard, param }: ApiCall,
  fields: Fields,
): Promise<AppSession> {
  if (!grants.hasClause("start applications")) throw noPermissionProblem("create", "AppSession");
  const application = needLaunchable(state, param("id"));
  const name = textField(fields, "Name")?.trim() ?? "";
  if (name === "") throw invalidFormProblem();
  const date = storedDate(clock.now());
  return await state.transact((transaction) => {
    const formValues = formProperties(fields.get("properties"), (...target) =>
      mayBrowseResource(guard, ...target),
    );
    const properties = launchedProperties(name, formValues);
    const session = putNewSession(transaction, {
      name,
      statusSummary: textField(fields, "StatusSummary") ?? "",
      userId: grants.userId,
      applicationId: application.id,
      dateCreated: date,
      properties: properties.map((property) => withAuthor(property, { grants, date })),
    });
    return session;
  });
}

function needLaunchable(state: State, id: string): Application {
  const application = state.get("applications", id);
  if (application !== undefined && application.removed !== true) return application;
  const message = `There is no application ${id} that could be started`;
  throw new LaunchProblem(404, "BASESPACE.APPLICATIONS.NOT_FOUND", message);
}

function formProperties(
  value: unknown,
  canResolve: (noun: string, id: string) => boolean,
): NewProperty[] {
  if (value === undefined || value === null) return [];
  try {
    const properties = parseProperties(value, "v1pre3", canResolve);
    if (Array.isArray(value)) value.forEach(checkValueForm);
    return properties;
  } catch (error) {
    throw error instanceof Problem ? invalidFormProblem() : error;
  }
}

const LIST_KEYS = ["items", "itemsmap", "contentitems", "contentmapitems"];
const SINGLE_KEYS = ["content", "contentmap"];

/**
 * Setting a property without a value empties it, but a form must have one: a list where the type is one, else a single
 * value. Entries of a `map` can be in `items`.
 */
function checkValueForm(property: unknown): void {
  const fields = lowerCaseKeys(property);
  const type = textField(fields, "Type")?.trim().toLowerCase() ?? "";
  const has = (keys: readonly string[]): boolean => keys.some((key) => fields.has(key));
  const isRight = type.endsWith("[]")
    ? has(LIST_KEYS)
    : has(SINGLE_KEYS) || (type === "map" && has(LIST_KEYS));
  if (!isRight) throw invalidFormProblem();
}

/** The launcher does not say what is wrong with a form. */
function invalidFormProblem(): Problem {
  return conflictProblem("Form validation found some errors.");
}
