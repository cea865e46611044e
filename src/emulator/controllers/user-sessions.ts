import type { FastifyInstance } from "fastify";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import type { Query } from "../http/query.ts";
import { sendResponse } from "../http/response.ts";
import { appSessionCompact } from "../serialise/app-session.ts";
import { propertiesV1 } from "../serialise/properties.ts";
import type { Json, View } from "../serialise/view.ts";
import { hasOutput } from "../services/app-sessions.ts";
import type { Context } from "../services/context.ts";
import type { AppSession } from "../state/entities.ts";
import { requireCurrentUser } from "./users.ts";

const SORTS: Sorts<AppSession> = {
  Id: byId,
  Name: byText((session) => session.name),
  DateCreated: byText((session) => session.dateCreated),
};

/** `users/current/appsessions`: the sessions that the user created, and those of results that the user may see. */
export function userSessionRoutes(app: FastifyInstance, { state, view }: Context): void {
  app.get("/users/:id/appsessions", (request, reply) => {
    const call = requireCurrentUser(apiCall(state, request));
    const sessions = [...state.all("appsessions")].filter(sessionFilter(call));
    const page = pageOf(sessions, call.query, { sorts: SORTS });
    return sendResponse(
      reply,
      listResponse(page, (session) => ({
        ...appSessionCompact(view, session),
        ...includedProperties(view, call.query, session),
      })),
    );
  });
}

function sessionFilter({ query, guard }: ApiCall): (session: AppSession) => boolean {
  const projects = query.list("OutputProjects").map((id) => `v1pre3/projects/${id}`);
  return (session) =>
    session.removed !== true &&
    query.allows("AppId", session.applicationId) &&
    query.allows("Status", session.status) &&
    query.allows("UserCreatedBy", session.userId) &&
    (projects.length === 0 || projects.some((href) => hasOutput(session, href))) &&
    guard.mayAccessSession("browse", session);
}

/** With `include=properties` the session's properties, or those that `propertyFilters` names. */
function includedProperties(view: View, query: Query, session: AppSession): Json {
  if (!query.list("include").includes("properties")) return {};
  const shown = session.properties.filter(({ name }) => query.allows("propertyFilters", name));
  return { Properties: propertiesV1.container(view, `v1pre3/appsessions/${session.id}`, shown) };
}
