import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { readFields, textField } from "../http/body.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { badRequestProblem, noPermissionProblem } from "../http/problem.ts";
import { sendResponse } from "../http/response.ts";
import { appResultCompact } from "../serialise/app-result.ts";
import { appResultFull } from "../serialise/full/app-result.ts";
import { projectFull } from "../serialise/full/project.ts";
import { sampleFull } from "../serialise/full/sample.ts";
import { sampleCompact } from "../serialise/sample.ts";
import type { Context } from "../services/context.ts";
import { createAppResult } from "../services/create-app-result.ts";
import { createProject, ownedProjectNamed } from "../services/create-project.ts";
import { createSample } from "../services/create-sample.ts";
import type { AppResult, Sample } from "../state/entities.ts";
import { commaList } from "../text/text.ts";

const SORTS: Sorts<Sample | AppResult> = {
  Id: byId,
  Name: byText((item) => item.name),
  DateCreated: byText((item) => item.dateCreated),
};

/** `projects`, and the samples and app results of a project. */
export function projectRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.post("/projects", async (request, reply) => await postProject(context, request, reply));

  app.get("/projects/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    return sendResponse(reply, projectFull(view, guard.need("browse", "projects", param("id"))));
  });

  listRoutes(app, context);

  app.post("/projects/:id/appresults", async (request, reply) => {
    const call = apiCall(state, request);
    call.guard.need("create", "projects", call.param("id"));
    const fields = await readFields(request);
    const result = await createAppResult(context, call, fields);
    return sendResponse(reply, appResultFull(view, state.need("appresults", result.id)), 201);
  });

  // Not a public endpoint: unlike for app results, the right to create is not enough.
  app.post("/projects/:id/samples", async (request, reply) => {
    const call = apiCall(state, request);
    call.guard.need("write", "projects", call.param("id"));
    const sample = await createSample(context, call, await readFields(request));
    return sendResponse(reply, sampleFull(view, state.need("samples", sample.id)), 201);
  });
}

function listRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/projects/:id/samples", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const project = guard.need("browse", "projects", param("id"));
    const samples = [...state.indexes.samplesOf(project.id)]
      .map((id) => state.need("samples", id))
      .filter((sample) => sample.removed !== true);
    const page = pageOf(samples, query, { sorts: SORTS });
    return sendResponse(
      reply,
      listResponse(page, (sample) => sampleCompact(view, sample)),
    );
  });

  app.get("/projects/:id/appresults", (request, reply) => {
    const call = apiCall(state, request);
    const project = call.guard.need("browse", "projects", call.param("id"));
    const page = pageOf(appResultsOf(context, call, project.id), call.query, { sorts: SORTS });
    return sendResponse(
      reply,
      listResponse(page, (result) => appResultCompact(view, result)),
    );
  });
}

/** Idempotent by name: 201 for a new project, 200 for an existing one. */
async function postProject(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { grants } = apiCall(context.state, request);
  const fields = await readFields(request);
  const name = textField(fields, "Name")?.trim() ?? "";
  if (name === "") throw badRequestProblem("The name of the project is missing");
  if (!grants.mayCreateProjects()) throw noPermissionProblem("create", "Project");
  const existed = ownedProjectNamed(context.state, grants.userId, name) !== undefined;
  const project = await createProject(context, grants, {
    name,
    description: textField(fields, "Description") ?? "",
  });
  const response = projectFull(context.view, context.state.need("projects", project.id));
  return sendResponse(reply, response, existed ? 200 : 201);
}

function appResultsOf({ state }: Context, { query }: ApiCall, projectId: string): AppResult[] {
  const statuses = commaList(query.get("Statuses")).map((status) => status.toLowerCase());
  return [...state.indexes.appResultsOf(projectId)]
    .map((id) => state.need("appresults", id))
    .filter((result) => result.removed !== true)
    .filter((result) => {
      const { status } = state.need("appsessions", result.appSessionId);
      return statuses.length === 0 || statuses.includes(status.toLowerCase());
    });
}
