import type { FastifyInstance } from "fastify";
import { onlyLocal } from "../http/local-callers.ts";
import type { Leaks } from "./leaks.ts";

/** `GET /__leaks`, for callers on this machine: the JSON array of {@link Leaks.found}. */
export function leakRoutes(app: FastifyInstance, leaks: Leaks): void {
  app.get("/__leaks", (request) => {
    onlyLocal(request);
    return leaks.found;
  });
}
