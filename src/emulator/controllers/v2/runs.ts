import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { pagedList } from "../../http/paging.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { runV2 } from "../../serialise/v2/run.ts";
import type { Context } from "../../services/context.ts";
import { runPage } from "../../services/run-lists.ts";

/** v2's list of runs, which have v1's form wherever v2 shows them. */
export function runRoutesV2(app: FastifyInstance, { state, view }: Context): void {
  app.get("/runs", (request, reply) =>
    sendWithoutEnvelope(
      reply,
      pagedList(runPage(state, apiCall(state, request)), (run) => runV2(view, run)),
    ),
  );
}
