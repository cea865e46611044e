import type { FastifyInstance } from "fastify";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { sendResponse } from "../http/response.ts";
import { appResultFull } from "../serialise/full/app-result.ts";
import { runFull } from "../serialise/full/run.ts";
import { sampleFull } from "../serialise/full/sample.ts";
import { sampleLibrary } from "../serialise/library.ts";
import { sampleCompact } from "../serialise/sample.ts";
import { sequencingStats } from "../serialise/sequencing-stats.ts";
import type { Context } from "../services/context.ts";
import type { Sample } from "../state/entities.ts";
import type { State } from "../state/state.ts";

const SAMPLE_SORTS: Sorts<Sample> = {
  Id: byId,
  Name: byText((sample) => sample.name),
  DateCreated: byText((sample) => sample.dateCreated),
};

/** Single samples, app results and runs; the samples, libraries and statistics of a run. */
export function resourceRoutes(app: FastifyInstance, { state, view }: Context): void {
  app.get("/samples/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    return sendResponse(reply, sampleFull(view, guard.need("browse", "samples", param("id"))));
  });

  app.get("/appresults/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    const result = guard.need("browse", "appresults", param("id"));
    return sendResponse(reply, appResultFull(view, result));
  });

  runRoutes(app, { state, view });
}

function runRoutes(app: FastifyInstance, { state, view }: Pick<Context, "state" | "view">): void {
  app.get("/runs/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    return sendResponse(reply, runFull(view, guard.need("browse", "runs", param("id"))));
  });

  app.get("/runs/:id/sequencingstats", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    return sendResponse(reply, sequencingStats(guard.need("browse", "runs", param("id"))));
  });

  for (const [list, form] of [
    ["samples", sampleCompact],
    ["samplelibraries", sampleLibrary],
  ] as const) {
    app.get(`/runs/:id/${list}`, (request, reply) => {
      const call = apiCall(state, request);
      const page = pageOf(samplesOfRun(state, call), call.query, { sorts: SAMPLE_SORTS });
      return sendResponse(
        reply,
        listResponse(page, (sample) => form(view, sample)),
      );
    });
  }
}

/** The samples of a run that the caller may see. */
function samplesOfRun(state: State, { guard, grants, param }: ApiCall): Sample[] {
  return guard
    .need("browse", "runs", param("id"))
    .sampleIds.map((id) => state.get("samples", id))
    .filter((sample) => sample !== undefined)
    .filter(({ id, removed }) => removed !== true && grants.may("browse", { noun: "samples", id }));
}
