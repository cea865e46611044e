import type { FastifyReply } from "fastify";

/** A signal that aborts when the connection of a request is closed before its response has been sent. */
export function clientLeft(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
