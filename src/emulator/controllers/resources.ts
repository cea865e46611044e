import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { sendResponse } from "../http/answer.ts";
import { apiCall } from "../http/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { appResultFull } from "../serialise/full/app-result.ts";
import { runFull } from "../serialise/full/run.ts";
import { sampleFull } from "../serialise/full/sample.ts";
import { sampleCompact } from "../serialise/sample.ts";
import type { Sample } from "../state/entities.ts";

const SAMPLE_SORTS: Sorts<Sample> = {
  Id: byId,
  Name: byText((sample) => sample.name),
  DateCreated: byText((sample) => sample.dateCreated),
};

/** Single samples, app results and runs, and the samples of a run. */
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

  app.get("/runs/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    return sendResponse(reply, runFull(view, guard.need("browse", "runs", param("id"))));
  });

  app.get("/runs/:id/samples", (request, reply) => {
    const { guard, grants, query, param } = apiCall(state, request);
    const run = guard.need("browse", "runs", param("id"));
    const samples = run.sampleIds
      .map((id) => state.get("samples", id))
      .filter((sample) => sample !== undefined)
      .filter((sample) => sample.removed !== true)
      .filter((sample) => grants.may("browse", { noun: "samples", id: sample.id }));
    const page = pageOf(samples, query, { sorts: SAMPLE_SORTS });
    return sendResponse(
      reply,
      listResponse(page, (sample) => sampleCompact(view, sample)),
    );
  });
}
