import type { FastifyInstance } from "fastify";
import type { Context } from "../../services/context.ts";
import { sendBare } from "../../http/response.ts";
import { apiCall } from "../../access/api-call.ts";
import { pagedList } from "../../http/paging.ts";
import { runV2 } from "../../serialise/v2/run.ts";
import { runPage } from "../../services/run-lists.ts";

/** v2's list of runs, which stay in their form of v1 as they do wherever v2 shows one. */
export function runRoutesV2(app: FastifyInstance, { state, view }: Context): void {
  app.get("/runs", (request, reply) =>
    sendBare(
      reply,
      pagedList(runPage(state, apiCall(state, request)), (run) => runV2(view, run)),
    ),
  );
}
