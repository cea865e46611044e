import type { FastifyInstance } from "fastify";
import { requireLocalCaller } from "../http/local-callers.ts";
import type { Leaks } from "./leaks.ts";

/** `GET /__leaks`, only for callers on this machine: {@link Leaks.found} as a JSON array. */
export function leakRoutes(app: FastifyInstance, leaks: Leaks): void {
  app.get("/__leaks", (request) => {
    requireLocalCaller(request);
    return leaks.found;
  });
}
