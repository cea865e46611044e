import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ContentStore } from "../content/content-store.ts";
import type { State } from "../state/state.ts";
import { sendObject } from "./send-object.ts";
import type { SignedLinks } from "./signed-links.ts";
import { sendStoreError, type StoreError } from "./xml-error.ts";

export interface ObjectStoreParts {
  readonly state: State;
  readonly content: ContentStore;
  readonly links: SignedLinks;
}

/** `GET|HEAD /<32 hex>?<signed query>`: nothing else, and no credentials beside the signature. */
export function objectStoreRoutes(app: FastifyInstance, parts: ObjectStoreParts): void {
  app.route({
    method: ["GET", "HEAD"],
    url: "/:key",
    handler: (request, reply) => answer(parts, request, reply),
  });
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
  const refusal = refusalOf(parts.links, request, key, query);
  if (refusal !== undefined) return sendStoreError(reply, refusal);
  const object = parts.state.get("objects", key);
  if (object === undefined) return sendStoreError(reply, "noSuchKey");
  const headers = {
    contentType: query.get("response-content-type") || "binary/octet-stream",
    contentDisposition: query.get("response-content-disposition") || undefined,
  };
  return sendObject(parts.content, request, reply, { object, headers });
}

/** A credential beside the signature is refused first: a client that leaks one must notice. */
function refusalOf(
  links: SignedLinks,
  request: FastifyRequest,
  key: string,
  query: URLSearchParams,
): StoreError | undefined {
  const credentials = ["authorization", "x-access-token", "cookie"];
  if (credentials.some((name) => request.headers[name] !== undefined)) return "badAuth";
  if ([...query.keys()].some((name) => name.toLowerCase() === "access_token")) return "badAuth";
  const verdict = links.check(key, query);
  return verdict === "valid" ? undefined : verdict;
}
