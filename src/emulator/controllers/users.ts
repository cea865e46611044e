import type { FastifyInstance } from "fastify";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { noPermissionProblem } from "../http/problem.ts";
import { sendResponse } from "../http/response.ts";
import { userFull } from "../serialise/full/user.ts";
import { projectCompact } from "../serialise/project.ts";
import { runCompact } from "../serialise/run.ts";
import { userCompact } from "../serialise/user.ts";
import type { Context } from "../services/context.ts";
import { runPage } from "../services/run-lists.ts";
import { emptyTrash } from "../services/trash.ts";
import type { Project } from "../state/entities.ts";

const PROJECT_SORTS: Sorts<Project> = {
  Id: byId,
  Name: byText((project) => project.name),
  DateCreated: byText((project) => project.dateCreated),
};

/** `users/{id|current}` and a user's lists, which contain what the token and the shares allow. */
export function userRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/users/:id", (request, reply) => {
    const call = apiCall(state, request);
    return sendResponse(reply, userResponse(context, call));
  });

  app.delete("/users/:id/trash", async (request, reply) => {
    await emptyTrash(context, requireCurrentUser(apiCall(state, request)).grants);
    return sendResponse(reply, {});
  });

  app.get("/users/:id/projects", (request, reply) => {
    const call = requireCurrentUser(apiCall(state, request));
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
    const call = requireCurrentUser(apiCall(state, request));
    return sendResponse(
      reply,
      listResponse(runPage(state, call), (run) => runCompact(view, run)),
    );
  });
}

/** Only the caller's own user is shown in full. */
function userResponse({ state, view }: Context, call: ApiCall): unknown {
  const id = call.param("id");
  if (id === "current" || id === call.grants.userId) {
    return userFull(state.need("users", call.grants.userId));
  }
  if (state.get("users", id) === undefined) throw noPermissionProblem("browse", "User");
  return userCompact(view, id);
}

/** Refuses the lists of other users. */
export function requireCurrentUser(call: ApiCall): ApiCall {
  const id = call.param("id");
  if (id !== "current" && id !== call.grants.userId) throw noPermissionProblem("browse", "User");
  return call;
}
