import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { byId, byText, emptyList, pagedList, pageOf, type Sorts } from "../../http/paging.ts";
import { noPermissionProblem, removedProblem } from "../../http/problem.ts";
import type { Query } from "../../http/query.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { applicationCompact } from "../../serialise/application.ts";
import { userV2 } from "../../serialise/v2/user.ts";
import type { Context } from "../../services/context.ts";
import { newestApplications } from "../../services/newest-applications.ts";
import type { Application } from "../../state/entities.ts";
import type { State } from "../../state/state.ts";

const SORTS: Sorts<Application> = {
  Id: byId,
  Name: byText((application) => application.name),
  DateCreated: byText((application) => application.dateCreated),
  DatePublished: byText((application) => application.datePublished ?? ""),
  VersionNumber: byText((application) => application.versionNumber),
};

/** v2's `users` and `applications`. */
export function peopleRoutesV2(app: FastifyInstance, { state, view }: Context): void {
  app.get("/users/:id", (request, reply) => {
    const { grants, param } = apiCall(state, request);
    const id = param("id") === "current" ? grants.userId : param("id");
    if (state.get("users", id) === undefined) throw noPermissionProblem("browse", "User");
    return sendWithoutEnvelope(reply, userV2(view, id));
  });

  // The emulator sends users nothing, so both are always empty.
  for (const list of ["notifications", "messages"]) {
    app.get(`/users/current/${list}`, (request, reply) => {
      const { query } = apiCall(state, request);
      return sendWithoutEnvelope(reply, emptyList(query));
    });
  }

  app.get("/applications", (request, reply) => {
    const { query } = apiCall(state, request);
    const page = pageOf(applicationsOf(state, query), query, { sorts: SORTS });
    return sendWithoutEnvelope(
      reply,
      pagedList(page, ({ id }) => applicationCompact(view, id)),
    );
  });

  app.get("/applications/:id", (request, reply) => {
    const application = state.get("applications", apiCall(state, request).param("id"));
    if (application === undefined) throw noPermissionProblem("browse", "Application");
    if (application.removed === true) throw removedProblem();
    return sendWithoutEnvelope(reply, applicationCompact(view, application.id));
  });
}

function applicationsOf(state: State, query: Query): Application[] {
  const all = [...state.all("applications")].filter(({ removed }) => removed !== true);
  const shown = query.get("allversions")?.toLowerCase() === "true" ? all : newestApplications(all);
  return shown.filter(({ category }) => query.allows("category", category));
}
