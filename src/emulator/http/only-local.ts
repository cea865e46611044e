import type { FastifyRequest } from "fastify";
import { Problem } from "./problem.ts";

/**
 * For the emulator's own controls: callers on this machine that are no page of another site. A browser says where
 * a page's request comes from, and sends one that could be a form's or an image's without asking first.
 *
 * @throws Problem 403
 */
export function onlyLocal(request: FastifyRequest): void {
  const address = request.raw.socket.remoteAddress ?? "";
  if (!/^(::1$|(::ffff:)?127\.)/.test(address)) {
    throw new Problem(403, "Forbidden", "The emulator is controlled from its own machine only");
  }
  const { origin, host = "", "sec-fetch-site": site } = request.headers;
  const isOwnPage = origin === undefined || origin === `http://${host}`;
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  if (!isOwnPage || !isOwnSite) {
    throw new Problem(403, "Forbidden", "The emulator is not controlled by pages of other sites");
  }
}
