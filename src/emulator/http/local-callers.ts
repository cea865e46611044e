import type { FastifyRequest } from "fastify";
import { isLoopback } from "./known-hosts.ts";
import { Problem } from "./problem.ts";

/**
 * For the emulator's own controls: callers on this machine that are no page of another site. A browser says where
 * a page's request comes from, and sends one that could be a form's or an image's without asking first. What a
 * proxy on this machine hands on comes from anywhere: it has the proxy's name, or tells whom it is for.
 *
 * @throws Problem 403
 */
export function onlyLocal(request: FastifyRequest): void {
  if (!isFromHere(request)) {
    throw new Problem(403, "Forbidden", "The emulator is controlled from its own machine only");
  }
  if (!isNoForeignPage(request)) {
    throw new Problem(403, "Forbidden", "The emulator is not controlled by pages of other sites");
  }
}

function isFromHere({ raw, headers }: FastifyRequest): boolean {
  const isHandedOn = (headers.forwarded ?? headers["x-forwarded-for"]) !== undefined;
  const isLocal = /^(::1$|(::ffff:)?127\.)/.test(raw.socket.remoteAddress ?? "");
  return isLocal && !isHandedOn && (headers.host === undefined || isLoopback(headers.host));
}

function isNoForeignPage({ headers }: FastifyRequest): boolean {
  const { origin, host = "", "sec-fetch-site": site = "none" } = headers;
  const isOwnPage = origin === undefined || origin === `http://${host}`;
  return isOwnPage && (site === "same-origin" || site === "none");
}
