import type { ApiCall } from "../access/api-call.ts";
import type { Grants } from "../access/grants.ts";
import { type Fields, textField } from "../http/body.ts";
import { badRequestProblem, conflictProblem, noPermissionProblem } from "../http/problem.ts";
import type { AppSession } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";
import type { Transaction } from "../state/transaction.ts";
import { parseHref } from "../text/hrefs.ts";
import { isTerminal } from "./app-sessions.ts";

/**
 * Returns the session of a new app result, sample or dataset: the one that the query or the body names, or else a
 * new running session of the token's application, which is called `name`.
 *
 * @throws Problem 400 for an Href of anything but a session, 403 for a session of another application, 409 for one
 * that has ended
 */
export function sessionForResult(
  transaction: Transaction,
  { grants, guard }: ApiCall,
  fields: Fields,
  { name, date }: { readonly name: string; readonly date: string },
): AppSession {
  const id = sessionIdOf(fields);
  if (id !== undefined) return requireUsable(guard.needSession("browse", id), grants);
  return putNewSession(transaction, {
    name,
    statusSummary: "",
    userId: grants.userId,
    applicationId: grants.token.applicationId,
    dateCreated: date,
  });
}

type NewSession = Pick<
  AppSession,
  "name" | "statusSummary" | "userId" | "applicationId" | "dateCreated"
> &
  Partial<AppSession>;

/** Stores a new running session. By default it has one property, an empty `Input.Samples`. */
export function putNewSession(transaction: Transaction, session: NewSession): AppSession {
  return transaction.put("appsessions", {
    id: transaction.newId("appsessions"),
    status: "Running",
    references: [],
    properties: [noInputSamples(session)],
    dateModified: session.dateCreated,
    ...session,
  });
}

/** The service adds this list to every session that the API creates. */
function noInputSamples({ dateCreated, userId, applicationId }: NewSession): Property {
  return {
    type: "sample[]",
    name: "Input.Samples",
    description: "",
    items: [],
    dateModified: dateCreated,
    userId,
    applicationId,
  };
}

function requireUsable(session: AppSession, grants: Grants): AppSession {
  const isCallersOwn =
    session.userId === grants.userId && session.applicationId === grants.token.applicationId;
  if (!isCallersOwn) throw noPermissionProblem("write", "AppSession");
  if (isTerminal(session)) throw conflictProblem(`AppSession ${session.id} is ${session.status}`);
  return session;
}

function sessionIdOf(fields: Fields): string | undefined {
  const id = textField(fields, "AppSessionId");
  if (id !== undefined && id !== "") return id;
  const href = textField(fields, "HrefAppSession");
  if (href === undefined || href === "") return undefined;
  const target = parseHref(href);
  if (target?.noun !== "appsessions")
    throw badRequestProblem(`${href} is not the Href of an AppSession`);
  return target.id;
}
