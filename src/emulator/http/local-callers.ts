import type { FastifyRequest } from "fastify";
import { isLoopback } from "./known-hosts.ts";
import { Problem } from "./problem.ts";

/**
 * Protects the emulator's controls: only programs on this machine may call them, and no page of another site. A
 * browser names the origin of a page's request, but sends simple requests (forms, images) without a preflight. A
 * request that a local proxy forwards may come from anywhere; it has the proxy's `Host` or a forwarding header.
 *
 * @throws Problem 403
 */
export function requireLocalCaller(request: FastifyRequest): void {
  if (!isLocalCaller(request)) {
    throw new Problem(403, "Forbidden", "The emulator is controlled from its own machine only");
  }
  if (!isSameOrigin(request)) {
    throw new Problem(403, "Forbidden", "The emulator is not controlled by pages of other sites");
  }
}

function isLocalCaller({ raw, headers }: FastifyRequest): boolean {
  const isForwarded = (headers.forwarded ?? headers["x-forwarded-for"]) !== undefined;
  const isLocal = /^(::1$|(::ffff:)?127\.)/.test(raw.socket.remoteAddress ?? "");
  return isLocal && !isForwarded && (headers.host === undefined || isLoopback(headers.host));
}

function isSameOrigin({ headers }: FastifyRequest): boolean {
  const { origin, host = "", "sec-fetch-site": site = "none" } = headers;
  const hasOwnOrigin = origin === undefined || origin === `http://${host}`;
  return hasOwnOrigin && (site === "same-origin" || site === "none");
}
