import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../services/context.ts";
import { Leaks } from "./leaks.ts";
import { putPart } from "./put-part.ts";
import { sendObject } from "./send-object.ts";
import { sendStoreError } from "./xml-error.ts";

export interface ObjectStoreParts extends Context {
  readonly leaks: Leaks;
}

/*
 * Begin here. `object-store/` is the second server, to which signed links lead: it verifies the link
 * (`access/signed-links.ts`), then sends an object as S3 does (`send-object.ts`, with ranges and preconditions) or
 * stores a part of an upload (`put-part.ts`). `leaks.ts` records credentials that it should never have received.
 */

/** `GET|HEAD /<32 hex>?<signed query>` and `PUT` of a part; no other request, and no `Authorization` with a link. */
export function objectStoreRoutes(app: FastifyInstance, parts: ObjectStoreParts): void {
  // First of all, so that credentials are recorded for every request, even an invalid one.
  app.addHook("onRequest", (request, reply, done) => {
    if (Leaks.isSecondSignature(parts.leaks.record(request.raw))) sendStoreError(reply, "badAuth");
    else done();
  });
  app.route({
    method: ["GET", "HEAD"],
    url: "/:key",
    handler: (request, reply) => serveObject(parts, request, reply),
  });
  app.put("/:key", async (request, reply) => await putPart(parts, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const reads = request.method === "GET" || request.method === "HEAD";
    return sendStoreError(reply, reads ? "noSuchKey" : "badMethod");
  });
  app.setErrorHandler((_error, _request, reply) => sendStoreError(reply, "internal"));
}

function serveObject(
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
