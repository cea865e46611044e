import type { FastifyInstance } from "fastify";
import { type ApiCall, apiCall } from "../../access/api-call.ts";
import { readFields } from "../../http/body.ts";
import { noPermissionProblem } from "../../http/problem.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { fileV2 } from "../../serialise/v2/file.ts";
import type { Context } from "../../services/context.ts";
import { completePresigned, presign } from "../../services/presigned-uploads.ts";
import { type UploadParent, Uploads } from "../../services/uploads.ts";
import { filesParent } from "../../state/files-parent.ts";

/** Uploads to signed links of the object store: GET begins one, POST completes it. */
export function fileUploadInfoRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;
  const uploads = new Uploads(context);

  for (const noun of ["datasets", "appresults", "samples", "runs"] as const) {
    const path = `/${noun}/:id/file-upload-info`;

    app.get(path, async (request, reply) => {
      const call = apiCall(state, request);
      return sendWithoutEnvelope(
        reply,
        await presign(context, uploads, call, parentOf(call, noun)),
      );
    });

    app.post(path, async (request, reply) => {
      const call = apiCall(state, request);
      const target = { parent: parentOf(call, noun), fields: await readFields(request) };
      return sendWithoutEnvelope(
        reply,
        fileV2(view, await completePresigned(context, uploads, call, target)),
      );
    });
  }
}

function parentOf({ guard, param }: ApiCall, noun: UploadParent["noun"] | "runs"): UploadParent {
  if (noun === "runs") throw noPermissionProblem("write", "Run");
  if (noun === "datasets") return filesParent(guard.need("write", noun, param("id")));
  return { noun, id: param("id") };
}
