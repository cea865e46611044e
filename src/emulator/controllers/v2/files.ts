import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { fileV2 } from "../../serialise/v2/file.ts";
import type { Context } from "../../services/context.ts";
import { contentRoutes } from "../content.ts";

/** `files/{id}` and its content, to which the Hrefs of v2's lists lead. */
export function fileRoutesV2(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/files/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    const file = guard.needFile("browse", param("id"));
    return sendWithoutEnvelope(reply, { UploadStatus: file.uploadStatus, ...fileV2(view, file) });
  });

  contentRoutes(app, context, sendWithoutEnvelope);
}
