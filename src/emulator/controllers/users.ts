import type { FastifyInstance } from "fastify";
import type { Context } from "../services/context.ts";
import { sendResponse } from "../http/response.ts";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { noPermission } from "../http/problem.ts";
import { userFull } from "../serialise/full/user.ts";
import { projectCompact } from "../serialise/project.ts";
import { runCompact } from "../serialise/run.ts";
import { userCompact } from "../serialise/user.ts";
import { runPage } from "../services/run-lists.ts";
import { emptyTrash } from "../services/trash.ts";
import type { Project } from "../state/entities.ts";

const PROJECT_SORTS: Sorts<Project> = {
  Id: byId,
  Name: byText((project) => project.name),
  DateCreated: byText((project) => project.dateCreated),
};

/** `users/{id|current}` and what a user has. Lists show what token and shares allow, not more. */
export function userRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/users/:id", (request, reply) => {
    const call = apiCall(state, request);
    return sendResponse(reply, userResponse(context, call));
  });

  app.delete("/users/:id/trash", async (request, reply) => {
    await emptyTrash(context, ownCall(apiCall(state, request)).grants);
    return sendResponse(reply, {});
  });

  app.get("/users/:id/projects", (request, reply) => {
    const call = ownCall(apiCall(state, request));
    const name = call.query.get("Name");
    const projects = [...state.all("projects")].filter(
      (project) =>
        project.removed !== true &&
        (name === undefined || project.name === name) &&
        call.grants.may("browse", { noun: "projects", id: project.id }),
    );
    const page = pageOf(projects, call.query, { sorts: PROJECT_SORTS });
    return sendResponse(
      reply,
      listResponse(page, (project) => projectCompact(view, project)),
    );
  });

  app.get("/users/:id/runs", (request, reply) => {
    const call = ownCall(apiCall(state, request));
    return sendResponse(
      reply,
      listResponse(runPage(state, call), (run) => runCompact(view, run)),
    );
  });
}

/** Only one's own user is fully visible. */
function userResponse({ state, view }: Context, call: ApiCall): unknown {
  const id = call.param("id");
  if (id === "current" || id === call.grants.userId) {
    return userFull(state.need("users", call.grants.userId));
  }
  if (state.get("users", id) === undefined) throw noPermission("browse", "User");
  return userCompact(view, id);
}

/** Other people's lists are nobody's business. */
export function ownCall(call: ApiCall): ApiCall {
  const id = call.param("id");
  if (id !== "current" && id !== call.grants.userId) throw noPermission("browse", "User");
  return call;
}
