import { seesResource } from "../access/resource-access.ts";
import type { Context } from "./context.ts";
import { storedDate } from "../text/dates.ts";
import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { conflict, LaunchProblem, noPermission, Problem } from "../http/problem.ts";
import type { Application, AppSession } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { putSession } from "./session-for-result.ts";
import { launchedProperties } from "./launch-properties.ts";
import { type NewProperty, parseProperties } from "./properties/parse.ts";
import { authored } from "./properties/store.ts";

/**
 * Starts an application: a running session of it with the properties of the body and those that the
 * launcher adds.
 *
 * @throws Problem 403 without the right to start applications, 404 in the launcher's own form for an
 * application that is not there, 409 `Conflict` for a body that is no filled-in form.
 */
export async function launch(
  { state, clock }: Context,
  { grants, guard, param }: ApiCall,
  fields: Fields,
): Promise<AppSession> {
  if (!grants.holds("start applications")) throw noPermission("create", "AppSession");
  const application = launchable(state, param("id"));
  const name = textField(fields, "Name")?.trim() ?? "";
  if (name === "") throw invalidForm();
  const date = storedDate(clock.now());
  return await state.transact((draft) => {
    const given = formProperties(fields.get("properties"), (...target) =>
      seesResource(guard, ...target),
    );
    const properties = launchedProperties(name, given);
    const session = putSession(draft, {
      name,
      statusSummary: textField(fields, "StatusSummary") ?? "",
      userId: grants.userId,
      applicationId: application.id,
      dateCreated: date,
      properties: properties.map((property) => authored(property, { grants, date })),
    });
    return session;
  });
}

function launchable(state: State, id: string): Application {
  const application = state.get("applications", id);
  if (application !== undefined && application.removed !== true) return application;
  const message = `There is no application ${id} that could be started`;
  throw new LaunchProblem(404, "BASESPACE.APPLICATIONS.NOT_FOUND", message);
}

function formProperties(
  value: unknown,
  resolves: (noun: string, id: string) => boolean,
): NewProperty[] {
  if (value === undefined || value === null) return [];
  try {
    return parseProperties(value, "v1pre3", resolves);
  } catch (error) {
    throw error instanceof Problem ? invalidForm() : error;
  }
}

/** The launcher says no more than this. */
function invalidForm(): Problem {
  return conflict("Form validation found some errors.");
}
