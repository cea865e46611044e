import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { BsmountError, describeError } from "../../core/errors.ts";
import { bytesConsumed } from "../http/body.ts";
import { detachContentType } from "../http/media-type.ts";
import type { TlsKeys } from "./certificate.ts";
import type { RequestLog } from "./request-log.ts";

export interface ServerOptions {
  /** Routes, handlers and fault rules see the URL that it returns. @default the URL as it was sent */
  readonly normalizeUrl?: (url: string) => string;
  /** Serves over TLS. @default plain HTTP */
  readonly tls?: TlsKeys | undefined;
}

/**
 * Creates a server without routes. It logs every request, accepts any content type, leaves bodies to the handlers and
 * afterwards reads what a handler left unread, so that a refusal reaches its client. `sendBadUrl` responds to a path
 * that cannot be decoded. The log has the URL that the client sent.
 */
export function createServer(
  log: RequestLog,
  sendBadUrl: (reply: FastifyReply) => FastifyReply,
  { normalizeUrl = (url) => url, tls }: ServerOptions = {},
): FastifyInstance {
  const app: FastifyInstance = fastify({
    ...(tls === undefined ? {} : { https: tls }),
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => void sendBadUrl(reply),
    bodyLimit: Number.MAX_SAFE_INTEGER,
    rewriteUrl: ({ url = "" }) => normalizeUrl(url),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.addHook("onRequest", (request, reply, done) => {
    const { method, originalUrl: url } = request;
    log.watch({ method, url }, reply.raw, () => bytesConsumed(request));
    detachContentType(request);
    done();
  });
  app.addHook("onResponse", (request, _reply, done) => {
    if (!request.raw.readableEnded) request.raw.resume();
    done();
  });
  return app;
}

/** Starts listening and returns the origin, without trailing slash. @throws BsmountError `environment` */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return (await app.listen({ host, port })).replace(/\/$/, "");
  } catch (cause) {
    const reason = describeError(cause);
    throw new BsmountError("environment", `cannot listen on ${host}:${port}: ${reason}`, {
      cause,
      remedy: "set --port to another port, or to 0 for any free one",
    });
  }
}
