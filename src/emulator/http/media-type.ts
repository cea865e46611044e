import type { FastifyRequest } from "fastify";

const hidden = new WeakMap<object, string>();

/**
 * Takes the content type out of a request's headers: the server would refuse what has not the form of a
 * media type, while BaseSpace keeps whatever an uploader says.
 */
export function hideMediaType(request: FastifyRequest): void {
  const { headers } = request.raw;
  if (headers["content-type"] === undefined) return;
  hidden.set(request.raw, headers["content-type"]);
  delete headers["content-type"];
}

/** The content type as the client sent it. */
export function mediaType(request: FastifyRequest): string | undefined {
  return hidden.get(request.raw);
}
