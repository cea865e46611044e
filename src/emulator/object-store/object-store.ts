import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../services/context.ts";
import { Leaks } from "./leaks.ts";
import { putPart } from "./put-part.ts";
import { sendObject } from "./send-object.ts";
import { sendStoreError } from "./xml-error.ts";

export interface ObjectStoreParts extends Context {
  readonly leaks: Leaks;
}

/**
 * `GET|HEAD /<32 hex>?<signed query>`, and `PUT` of a part: nothing else, and no `Authorization` beside the
 * signature.
 */
export function objectStoreRoutes(app: FastifyInstance, parts: ObjectStoreParts): void {
  // Before anything else, whatever is asked: each credential is remembered.
  app.addHook("onRequest", (request, reply, done) => {
    if (Leaks.isSecondSignature(parts.leaks.look(request.raw))) sendStoreError(reply, "badAuth");
    else done();
  });
  app.route({
    method: ["GET", "HEAD"],
    url: "/:key",
    handler: (request, reply) => answer(parts, request, reply),
  });
  app.put("/:key", async (request, reply) => await putPart(parts, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const reads = request.method === "GET" || request.method === "HEAD";
    return sendStoreError(reply, reads ? "noSuchKey" : "badMethod");
  });
  app.setErrorHandler((_error, _request, reply) => sendStoreError(reply, "internal"));
}

function answer(
  parts: ObjectStoreParts,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const key = (request.params as Record<string, string>)["key"] ?? "";
  const url = request.raw.url ?? "";
  const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
  const verdict = parts.links.check(key, query);
  if (verdict !== "valid") return sendStoreError(reply, verdict);
  const object = parts.state.get("objects", key);
  if (object === undefined) return sendStoreError(reply, "noSuchKey");
  const headers = {
    contentType: query.get("response-content-type") || "binary/octet-stream",
    contentDisposition: query.get("response-content-disposition") || undefined,
  };
  return sendObject(parts.content, request, reply, { object, headers });
}
