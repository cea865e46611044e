import type { FastifyInstance, FastifyReply } from "fastify";
import { apiCall } from "../access/api-call.ts";
import type { SignedLink } from "../access/signed-links.ts";
import { archivedProblem, conflictProblem } from "../http/problem.ts";
import { sendResponse, setApiHeaders } from "../http/response.ts";
import { sendObject } from "../object-store/send-object.ts";
import type { Context } from "../services/context.ts";
import type { BaseSpaceFile, StoredObject } from "../state/entities.ts";
import { preciseDate } from "../text/dates.ts";
import { baseName } from "../text/paths.ts";
import { percentEncoded } from "../text/text.ts";

/** Sends one resource in the form of an API version: with the envelope or without. */
export type SendResource = (reply: FastifyReply, response: unknown) => FastifyReply;

/**
 * `files/{id}/content`: by default a redirect (302) to a signed link of the object store; with `redirect=meta` the
 * link as JSON, sent by `send`; with `redirect=false` the bytes.
 */
export function contentRoutes(
  app: FastifyInstance,
  context: Context,
  send: SendResource = sendResponse,
): void {
  const { state, content } = context;
  app.get("/files/:id/content", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const file = guard.needFile("read", param("id"));
    const object = needContent(context, file);
    const redirect = query.get("redirect")?.toLowerCase();
    if (redirect === "false") {
      const headers = { contentType: file.contentType, contentDisposition: disposition(file) };
      return sendObject(content, request, reply, { object, headers });
    }
    const link = contentLink(context, file);
    return redirect === "meta" ? sendMeta(reply, link, send) : sendRedirect(reply, link);
  });
}

/** Signs a link to the file's content. @throws Problem 409 if the file has none */
export function contentLink(context: Context, file: BaseSpaceFile): SignedLink {
  return context.links.sign(needContent(context, file).id, {
    contentDisposition: disposition(file),
    contentType: file.contentType,
  });
}

function needContent({ state }: Context, file: BaseSpaceFile): StoredObject {
  if (file.isArchived) throw archivedProblem();
  if (file.uploadStatus !== "complete" || file.objectKey === undefined) {
    throw conflictProblem(`File ${file.id} has no content: its upload is ${file.uploadStatus}`);
  }
  return state.need("objects", file.objectKey);
}

/** Unlike elsewhere, where it is 0, the Expires header here is that of the link. */
function sendMeta(
  reply: FastifyReply,
  { url, expiresMs }: SignedLink,
  send: SendResource,
): FastifyReply {
  reply.header("accept-ranges", "bytes").header("expires", new Date(expiresMs).toUTCString());
  return send(reply, {
    Expires: preciseDate(expiresMs),
    HrefContent: url,
    SupportsRange: true,
  });
}

function sendRedirect(reply: FastifyReply, { url }: SignedLink): FastifyReply {
  setApiHeaders(reply);
  return reply.status(302).header("location", url).send();
}

/** Header values are Latin-1, so other names are percent-encoded. */
function disposition(file: BaseSpaceFile): string {
  const name = baseName(file.path);
  return /^[\x20-\x7e]*$/.test(name) ? `filename=${name}` : `filename=${percentEncoded(name)}`;
}
