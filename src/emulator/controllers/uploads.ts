import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { neverAborted } from "../../core/abort.ts";
import type { Context } from "../services/context.ts";
import { sendResponse } from "../http/response.ts";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { bodyChunks, readFields, textField } from "../http/body.ts";
import { checkContentMd5 } from "../http/content-md5.ts";
import { fileType, mediaType } from "../http/media-type.ts";
import { byId, listResponse, pageOf } from "../http/paging.ts";
import { badRequest, noPermission, tooLarge } from "../http/problem.ts";
import { fileFull } from "../serialise/full/file.ts";
import { MAX_PART_BYTES, partNumber, uploadPath } from "../services/upload-rules.ts";
import { type NewFile, pendingFile, type UploadParent, Uploads } from "../services/uploads.ts";
import type { BaseSpaceFile } from "../state/entities.ts";

interface Upload {
  readonly request: FastifyRequest;
  readonly call: ApiCall;
  readonly uploads: Uploads;
  readonly context: Context;
}

/** Upload in one piece or in parts, into app results and samples. Runs come from instruments alone. */
export function uploadRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;
  const uploads = new Uploads(context);
  const upload = (request: FastifyRequest): Upload => {
    return { request, call: apiCall(state, request), uploads, context };
  };
  const send = (reply: FastifyReply, file: BaseSpaceFile, status: number): FastifyReply =>
    sendResponse(reply, fileFull(view, file), status);

  for (const noun of ["appresults", "samples"] as const) {
    app.post(`/${noun}/:id/files`, async (request, reply) => {
      return send(reply, await addFile(upload(request), noun), 201);
    });
  }

  app.get("/files/:id/parts", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const parts = guard.needFile("browse", param("id")).parts.map((part) => {
      return { ...part, id: String(part.number) };
    });
    const page = pageOf(parts, query, { sorts: { Number: byId }, defaultSort: "Number" });
    return sendResponse(
      reply,
      listResponse(page, ({ number, md5, sizeBytes }) => {
        return { Number: number, Size: sizeBytes, ETag: md5 };
      }),
    );
  });

  app.put("/files/:id/parts/:number", async (request, reply) => {
    return sendResponse(reply, { ETag: await addPart(upload(request)) });
  });

  app.post("/files/:id", async (request, reply) => {
    return send(reply, await endUpload(upload(request)), 200);
  });

  refuseRuns(app, context);
}

function refuseRuns(app: FastifyInstance, { state }: Context): void {
  for (const [path, right] of [
    ["/runs", "create"],
    ["/runs/:id/files", "write"],
  ] as const) {
    app.post(path, (request) => {
      apiCall(state, request);
      throw noPermission(right, "Run");
    });
  }
}

async function addFile(
  { request, call, uploads, context }: Upload,
  noun: UploadParent["noun"],
): Promise<BaseSpaceFile> {
  const parent = { noun, id: call.param("id") };
  uploads.target(call, parent);
  const { query } = call;
  if (!query.get("name")) return await beginByForm({ request, call, uploads }, parent);
  const file: NewFile = {
    parent,
    path: uploadPath(query.get("directory") ?? "", query.get("name") ?? ""),
    contentType: fileType(mediaType(request)),
  };
  // Clients repeat the parameters in the body, under the file's own type: never the file's content.
  if (query.get("multipart")?.toLowerCase() === "true") return await uploads.begin(call, file);
  const { maxSingleBytes } = context;
  const body = bodyChunks(request, maxSingleBytes, () => tooLarge(maxSingleBytes));
  const received = await context.content.receive(body, "objects");
  await checkContentMd5(request, received.md5, async () => {
    await context.content.discard([received.key], "objects");
  });
  return await uploads.addWhole(call, file, received);
}

/**
 * Begins an upload in parts whose name stands in the body: a form or JSON with `name`, `directory` and
 * `multipart`, under whatever content type. A content needs its name in the query. @throws Problem 400
 */
async function beginByForm(
  { request, call, uploads }: Omit<Upload, "context">,
  parent: UploadParent,
): Promise<BaseSpaceFile> {
  const fields = await readFields(request, () => badRequest(NO_NAME));
  const name = textField(fields, "name") ?? "";
  const path = uploadPath(textField(fields, "directory") ?? "", name);
  if (String(fields.get("multipart")).toLowerCase() !== "true") throw badRequest(NO_NAME);
  const type = mediaType(request);
  const contentType = fileType(FIELD_TYPES.test(type ?? "") ? undefined : type);
  return await uploads.begin(call, { parent, path, contentType });
}

const NO_NAME =
  "The name of the file is missing in the query; only an upload that begins with multipart=true may have it in the body";

/** They tell of the body with the fields, not of the file. */
const FIELD_TYPES = /^application\/(x-www-form-urlencoded|json)\b/i;

async function addPart({ request, call, uploads, context }: Upload): Promise<string> {
  const { content, state } = context;
  const number = partNumber(call.param("number"));
  const file = writableFile(call, uploads);
  pendingFile(state, file.id);
  const body = bodyChunks(request, MAX_PART_BYTES, () =>
    badRequest(`A part may have at most ${MAX_PART_BYTES} bytes`, "EntityTooLarge"),
  );
  const received = await content.receive(body, "parts");
  await checkContentMd5(
    request,
    received.md5,
    async () => await content.discard([received.key], "parts"),
  );
  await uploads.addPart(file.id, number, received);
  return received.md5;
}

async function endUpload({ request, call, uploads }: Upload): Promise<BaseSpaceFile> {
  const status = textField(await readFields(request), "UploadStatus")?.toLowerCase();
  const file = writableFile(call, uploads);
  if (status === "complete") return await uploads.complete(file.id, neverAborted);
  if (status === "aborted") return await uploads.abort(file.id);
  throw badRequest("UploadStatus must be complete or aborted");
}

/** Whoever may write the app result, sample or dataset may write its pending files. */
function writableFile(call: ApiCall, uploads: Uploads): BaseSpaceFile {
  const file = call.guard.needFile("write", call.param("id"));
  const { noun, id } = file.parent;
  if (noun === "runs") throw noPermission("write", "File");
  if (file.uploadStatus !== "complete") uploads.target(call, { noun, id });
  return file;
}
