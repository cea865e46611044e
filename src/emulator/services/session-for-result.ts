import type { Grants } from "../access/grants.ts";
import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { badRequest, conflict, noPermission } from "../http/problem.ts";
import type { Draft } from "../state/draft.ts";
import type { AppSession } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";
import { parseHref } from "../text/hrefs.ts";
import { isTerminal } from "./app-sessions.ts";

/**
 * The session that a new app result or sample goes into: the one that the query or the body names, else
 * a new running one of the token's application, called `name`.
 *
 * @throws Problem 400 for no Href of a session, 403 for one of another application, 409 for one that has ended
 */
export function chosenSession(
  draft: Draft,
  { grants, guard }: ApiCall,
  fields: Fields,
  { name, date }: { readonly name: string; readonly date: string },
): AppSession {
  const id = sessionIdOf(fields);
  if (id !== undefined) return usable(guard.needSession("browse", id), grants);
  return putSession(draft, {
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

/** Stores a new session that runs. Unless it has properties, it says that no samples went into it. */
export function putSession(draft: Draft, session: NewSession): AppSession {
  return draft.put("appsessions", {
    id: draft.newId("appsessions"),
    status: "Running",
    references: [],
    properties: [noInputSamples(session)],
    dateModified: session.dateCreated,
    ...session,
  });
}

/** The service puts the list into every session that the API makes. */
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

function usable(session: AppSession, grants: Grants): AppSession {
  const isOwn =
    session.userId === grants.userId && session.applicationId === grants.token.applicationId;
  if (!isOwn) throw noPermission("write", "AppSession");
  if (isTerminal(session)) throw conflict(`AppSession ${session.id} is ${session.status}`);
  return session;
}

function sessionIdOf(fields: Fields): string | undefined {
  const byQuery = textField(fields, "AppSessionId");
  if (byQuery !== undefined && byQuery !== "") return byQuery;
  const href = textField(fields, "HrefAppSession");
  if (href === undefined || href === "") return undefined;
  const target = parseHref(href);
  if (target?.noun !== "appsessions") throw badRequest(`${href} is not the Href of an AppSession`);
  return target.id;
}
