import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { BsmountError, describeError } from "../../core/errors.ts";
import { bytesConsumed } from "../http/body.ts";
import { hideMediaType } from "../http/media-type.ts";
import type { RequestLog } from "./request-log.ts";

/**
 * A listener's bare server: it logs every exchange, takes any content type and leaves bodies unread for
 * the handlers, answers `badUrl` to a path that cannot be decoded, and reads what a handler did not want, so that a refusal reaches its client.
 * Routes, handlers and fault rules see `routedUrl` of what was asked, the log what it was.
 */
export function createServer(
  log: RequestLog,
  badUrl: (reply: FastifyReply) => FastifyReply,
  routedUrl: (url: string) => string = (url) => url,
): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => void badUrl(reply),
    bodyLimit: Number.MAX_SAFE_INTEGER,
    rewriteUrl: ({ url = "" }) => routedUrl(url),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.addHook("onRequest", (request, reply, done) => {
    const { method, originalUrl: url } = request;
    log.watch({ method, url }, reply.raw, () => bytesConsumed(request));
    hideMediaType(request);
    done();
  });
  app.addHook("onResponse", (request, _reply, done) => {
    if (!request.raw.readableEnded) request.raw.resume();
    done();
  });
  return app;
}

/** Starts listening; gives the origin. @throws BsmountError `environment` */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return (await app.listen({ host, port })).replace(/\/$/, "");
  } catch (cause) {
    const reason = describeError(cause);
    throw new BsmountError("environment", `cannot listen on ${host}:${port}: ${reason}`, {
      cause,
      remedy: "give another --port, or 0 for any free one",
    });
  }
}
