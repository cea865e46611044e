import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { fileV2 } from "../../serialise/v2/file.ts";
import type { Context } from "../../services/context.ts";
import { readFormFile } from "../../services/form-file.ts";
import { Uploads } from "../../services/uploads.ts";
import { filesParent } from "../../state/files-parent.ts";

/** Uploads into datasets, as a form with one file. */
export function datasetUploadRoutes(app: FastifyInstance, context: Context): void {
  const { state, view, content, maxSingleBytes } = context;
  const uploads = new Uploads(context);

  app.post("/datasets/:id/files", async (request, reply) => {
    const call = apiCall(state, request);
    const dataset = call.guard.need("write", "datasets", call.param("id"));
    const parent = filesParent(dataset);
    uploads.needParent(call, parent);
    const { path, contentType, received } = await readFormFile(request, content, maxSingleBytes);
    const file = await uploads.addWhole(call, { parent, path, contentType }, received);
    return sendWithoutEnvelope(reply, fileV2(view, file), 201);
  });
}
