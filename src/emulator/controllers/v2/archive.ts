import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { readFields } from "../../http/body.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { datasetV2 } from "../../serialise/v2/dataset.ts";
import { runV2 } from "../../serialise/v2/run.ts";
import { setArchived } from "../../services/archive.ts";
import type { Context } from "../../services/context.ts";

/** v2's `archive` and `restore`: move datasets and runs into cold storage and back. */
export function archiveRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;
  for (const [path, isArchived] of [
    ["/archive", true],
    ["/restore", false],
  ] as const) {
    app.post(path, async (request, reply) => {
      const call = apiCall(state, request);
      const { datasets, runs } = await setArchived(
        context,
        call,
        await readFields(request),
        isArchived,
      );
      return sendWithoutEnvelope(reply, {
        Datasets: datasets.map((dataset) => datasetV2(view, dataset)),
        Runs: runs.map((run) => runV2(view, run)),
      });
    });
  }
}
