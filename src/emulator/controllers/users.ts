import type { FastifyInstance } from "fastify";
import type { GuardedNoun } from "../access/grants.ts";
import type { Context } from "../context.ts";
import { sendResponse } from "../http/answer.ts";
import { type ApiCall, apiCall } from "../http/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { noPermission } from "../http/problem.ts";
import { userFull } from "../serialise/full/user.ts";
import { projectCompact } from "../serialise/project.ts";
import { runCompact } from "../serialise/run.ts";
import { userCompact } from "../serialise/user.ts";
import { emptyTrash } from "../services/trash.ts";
import type { Project, Run, Tables } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { commaList } from "../text.ts";

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
    const projects = browsable(state, call, "projects").filter(
      (project) => name === undefined || project.name === name,
    );
    const page = pageOf(projects, call.query, { sorts: PROJECT_SORTS });
    return sendResponse(
      reply,
      listResponse(page, (project) => projectCompact(view, project)),
    );
  });

  app.get("/users/:id/runs", (request, reply) => {
    const call = ownCall(apiCall(state, request));
    const runs = browsable(state, call, "runs").filter(runFilter(call));
    const page = pageOf(runs, call.query, { sorts: runSorts(state) });
    return sendResponse(
      reply,
      listResponse(page, (run) => runCompact(view, run)),
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

function browsable<Noun extends "projects" | "runs">(
  state: State,
  call: ApiCall,
  noun: Noun & GuardedNoun,
): Tables[Noun][] {
  return [...state.all(noun)].filter(
    (entity) => entity.removed !== true && call.grants.may("browse", { noun, id: entity.id }),
  );
}

function runFilter({ query }: ApiCall): (run: Run) => boolean {
  const statuses = commaList(query.get("Statuses")).map((status) => status.toLowerCase());
  const wanted: readonly [string | undefined, (run: Run) => string][] = [
    [query.get("InstrumentType"), (run) => run.instrument.type],
    [query.get("ReagentBarcode"), (run) => run.reagentBarcode],
    [query.get("FlowcellBarcode"), (run) => run.flowcellBarcode],
  ];
  return (run) =>
    (statuses.length === 0 || statuses.includes(run.status.toLowerCase())) &&
    wanted.every(([value, of]) => value === undefined || value === of(run));
}

function runSorts(state: State): Sorts<Run> {
  const size = ({ id }: Run): number => state.indexes.totalSize({ noun: "runs", id });
  return {
    Id: byId,
    DateCreated: byText((run) => run.dateCreated),
    DateModified: byText((run) => run.dateModified),
    ExperimentName: byText((run) => run.experimentName),
    LaneAndQcStatus: byId,
    PlatformName: byText((run) => run.platformName),
    UserOwnedBy: byText((run) => run.ownerId),
    Status: byText((run) => run.status),
    Workflow: byText((run) => run.workflow),
    InstrumentName: byText((run) => run.instrument.name),
    InstrumentSerialNumber: byText((run) => run.instrument.name),
    TotalSize: (a, b) => size(a) - size(b),
  };
}
