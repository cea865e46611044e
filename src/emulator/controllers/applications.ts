import type { FastifyInstance } from "fastify";
import { apiCall } from "../access/api-call.ts";
import { readFields } from "../http/body.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { noPermissionProblem, removedProblem } from "../http/problem.ts";
import { sendResponse } from "../http/response.ts";
import { applicationCompact } from "../serialise/application.ts";
import { launchedSession } from "../serialise/launched.ts";
import type { Context } from "../services/context.ts";
import { launch } from "../services/launch.ts";
import { newestApplications } from "../services/newest-applications.ts";
import type { Application } from "../state/entities.ts";

const SORTS: Sorts<Application> = {
  Id: byId,
  Name: byText((application) => application.name),
  DateCreated: byText((application) => application.dateCreated),
};

/** `applications`: list them in their newest versions, read any version by Id, start one. */
export function applicationRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/applications", (request, reply) => {
    const { query } = apiCall(state, request);
    const page = pageOf(newestApplications(state.all("applications")), query, { sorts: SORTS });
    return sendResponse(
      reply,
      listResponse(page, ({ id }) => applicationCompact(view, id)),
    );
  });

  app.get("/applications/:id", (request, reply) => {
    const application = state.get("applications", apiCall(state, request).param("id"));
    if (application === undefined) throw noPermissionProblem("browse", "Application");
    if (application.removed === true) throw removedProblem();
    return sendResponse(reply, applicationCompact(view, application.id));
  });

  app.post("/applications/:id/appsessions", async (request, reply) => {
    const call = apiCall(state, request);
    const session = await launch(context, call, await readFields(request));
    return sendResponse(reply, launchedSession(view, session), 201);
  });
}
