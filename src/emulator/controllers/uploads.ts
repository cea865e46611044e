import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { neverAborted } from "../../core/abort.ts";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { bodyChunks, readFields, textField } from "../http/body.ts";
import { checkContentMd5 } from "../http/content-md5.ts";
import { fileContentType, sentContentType } from "../http/media-type.ts";
import { byId, listResponse, pageOf } from "../http/paging.ts";
import { badRequestProblem, fileTooLargeProblem, noPermissionProblem } from "../http/problem.ts";
import { sendResponse } from "../http/response.ts";
import { fileFull } from "../serialise/full/file.ts";
import type { Context } from "../services/context.ts";
import { MAX_PART_BYTES, partNumber, uploadPath } from "../services/upload-rules.ts";
import { needPendingFile, type NewFile, type UploadParent, Uploads } from "../services/uploads.ts";
import type { BaseSpaceFile } from "../state/entities.ts";

interface Upload {
  readonly request: FastifyRequest;
  readonly call: ApiCall;
  readonly uploads: Uploads;
  readonly context: Context;
}

/** Uploads in one piece or in parts, into app results and samples. Only instruments upload runs. */
export function uploadRoutes(app: FastifyInstance, context: Context): void {
  const { state, view, genomics } = context;
  const uploads = new Uploads(context);
  const upload = (request: FastifyRequest): Upload => {
    return { request, call: apiCall(state, request), uploads, context };
  };
  const send = async (
    reply: FastifyReply,
    file: BaseSpaceFile,
    status: number,
  ): Promise<FastifyReply> =>
    sendResponse(reply, fileFull(view, file, await genomics.files.readable(file)), status);

  for (const noun of ["appresults", "samples"] as const) {
    app.post(`/${noun}/:id/files`, async (request, reply) => {
      return await send(reply, await addFile(upload(request), noun), 201);
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
    return await send(reply, await endUpload(upload(request)), 200);
  });

  refuseRunUploads(app, context);
}

function refuseRunUploads(app: FastifyInstance, { state }: Context): void {
  for (const [path, right] of [
    ["/runs", "create"],
    ["/runs/:id/files", "write"],
  ] as const) {
    app.post(path, (request) => {
      apiCall(state, request);
      throw noPermissionProblem(right, "Run");
    });
  }
}

async function addFile(
  { request, call, uploads, context }: Upload,
  noun: UploadParent["noun"],
): Promise<BaseSpaceFile> {
  const parent = { noun, id: call.param("id") };
  uploads.needParent(call, parent);
  const { query } = call;
  if (!query.get("name")) return await beginByBody({ request, call, uploads }, parent);
  const file: NewFile = {
    parent,
    path: uploadPath(query.get("directory") ?? "", query.get("name") ?? ""),
    contentType: fileContentType(sentContentType(request)),
  };
  // Clients repeat the parameters in the body, with the file's content type; that body is never the file's content.
  if (query.get("multipart")?.toLowerCase() === "true") return await uploads.begin(call, file);
  const { maxSingleBytes } = context;
  const body = bodyChunks(request, maxSingleBytes, () => fileTooLargeProblem(maxSingleBytes));
  const received = await context.content.receive(body, "objects");
  await checkContentMd5(request, received.md5, async () => {
    await context.content.discard([received.key], "objects");
  });
  return await uploads.addWhole(call, file, received);
}

/**
 * Begins an upload in parts whose name is in the body: a form or JSON with `name`, `directory` and `multipart`, of
 * any content type. An upload in one piece needs its name in the query.
 *
 * @throws Problem 400
 */
async function beginByBody(
  { request, call, uploads }: Omit<Upload, "context">,
  parent: UploadParent,
): Promise<BaseSpaceFile> {
  const fields = await readFields(request, () => badRequestProblem(NAME_MISSING));
  const name = textField(fields, "name") ?? "";
  const path = uploadPath(textField(fields, "directory") ?? "", name);
  if (String(fields.get("multipart")).toLowerCase() !== "true")
    throw badRequestProblem(NAME_MISSING);
  const type = sentContentType(request);
  const contentType = fileContentType(FIELDS_CONTENT_TYPE.test(type ?? "") ? undefined : type);
  return await uploads.begin(call, { parent, path, contentType });
}

const NAME_MISSING =
  "The name of the file is missing in the query; only an upload with multipart=true can have it in the body";

/** Content types that describe a body with fields and not the file. */
const FIELDS_CONTENT_TYPE = /^application\/(x-www-form-urlencoded|json)\b/i;

async function addPart({ request, call, uploads, context }: Upload): Promise<string> {
  const { content, state } = context;
  const number = partNumber(call.param("number"));
  const file = needWritableFile(call, uploads);
  needPendingFile(state, file.id);
  const body = bodyChunks(request, MAX_PART_BYTES, () =>
    badRequestProblem(`A part may have at most ${MAX_PART_BYTES} bytes`, "EntityTooLarge"),
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
  const file = needWritableFile(call, uploads);
  if (status === "complete") return await uploads.complete(file.id, neverAborted);
  if (status === "aborted") return await uploads.abort(file.id);
  throw badRequestProblem("UploadStatus must be complete or aborted");
}

/** A pending file can be written with the right to write its app result, sample or dataset. */
function needWritableFile(call: ApiCall, uploads: Uploads): BaseSpaceFile {
  const file = call.guard.needFile("write", call.param("id"));
  const { noun, id } = file.parent;
  if (noun === "runs") throw noPermissionProblem("write", "File");
  if (file.uploadStatus !== "complete") uploads.needParent(call, { noun, id });
  return file;
}
