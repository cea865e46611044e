import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { readFields, textField } from "../../http/body.ts";
import { badRequestProblem, noPermissionProblem } from "../../http/problem.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { datasetV2 } from "../../serialise/v2/dataset.ts";
import { projectV2 } from "../../serialise/v2/project.ts";
import type { Context } from "../../services/context.ts";
import { createDataset } from "../../services/create-dataset.ts";
import { createProject, ownedProjectNamed } from "../../services/create-project.ts";
import { includedKeys } from "./included.ts";

/** v2's `projects`: create, read, add datasets. v2 has no list of projects. */
export function projectRoutesV2(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.post("/projects", async (request, reply) => {
    const { grants } = apiCall(state, request);
    const fields = await readFields(request);
    const name = textField(fields, "Name")?.trim() ?? "";
    if (name === "") throw badRequestProblem("The name of the project is missing");
    if (!grants.mayCreateProjects()) throw noPermissionProblem("create", "Project");
    const existed = ownedProjectNamed(state, grants.userId, name) !== undefined;
    const description = textField(fields, "Description") ?? "";
    const project = await createProject(context, grants, { name, description });
    return sendWithoutEnvelope(reply, projectV2(view, project), existed ? 200 : 201);
  });

  app.get("/projects/:id", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const project = guard.need("browse", "projects", param("id"));
    return sendWithoutEnvelope(reply, {
      ...projectV2(view, project),
      ...includedKeys(view, query, "projects", project),
    });
  });

  app.post("/projects/:id/datasets", async (request, reply) => {
    const call = apiCall(state, request);
    const fields = await readFields(request);
    const dataset = await createDataset(context, call, call.param("id"), fields);
    return sendWithoutEnvelope(reply, datasetV2(view, dataset), 201);
  });
}
