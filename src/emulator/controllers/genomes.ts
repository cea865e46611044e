import type { FastifyInstance } from "fastify";
import { apiCall } from "../access/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { noPermissionProblem } from "../http/problem.ts";
import { sendResponse } from "../http/response.ts";
import { type Genome, genomeCompact, GENOMES } from "../serialise/genome.ts";
import type { Context } from "../services/context.ts";

const SORTS: Sorts<Genome> = {
  Id: byId,
  SpeciesName: byText((genome) => genome.species),
  Build: byText((genome) => genome.build ?? ""),
};

/** The reference genomes, which are the same in every account. */
export function genomeRoutes(app: FastifyInstance, { state }: Pick<Context, "state">): void {
  app.get("/genomes", (request, reply) => {
    const { query } = apiCall(state, request);
    const page = pageOf(GENOMES, query, { sorts: SORTS });
    return sendResponse(
      reply,
      listResponse(page, ({ id }) => genomeCompact(id)),
    );
  });

  app.get("/genomes/:id", (request, reply) => {
    const genome = genomeCompact(apiCall(state, request).param("id"));
    if (genome === undefined) throw noPermissionProblem("browse", "Genome");
    return sendResponse(reply, genome);
  });
}
