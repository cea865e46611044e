import type { FastifyInstance } from "fastify";
import { Problem } from "../http/problem.ts";
import { type Endpoint, NONE } from "./endpoint.ts";

/** The page that lists what the emulator implements. */
export const COVERAGE_PAGE = "docs/emulator-coverage.md";

/**
 * Adds routes that return 501, so that a client learns that the emulator lacks an endpoint of BaseSpace; a 404
 * would say that BaseSpace has no such path. `app` already has the prefix of the API version.
 */
export function notImplementedRoutes(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  for (const { method, path } of endpoints.filter(({ support }) => support === NONE)) {
    const url = path.replace(/^\/(v1pre3|v2)/, "").replaceAll(/\{(\w+)\}/g, ":$1");
    app.route({
      method,
      url,
      handler: () => {
        throw new Problem(
          501,
          "NotImplemented",
          `The emulator does not implement ${method} ${path}, which BaseSpace has. ${COVERAGE_PAGE} lists what it implements.`,
        );
      },
    });
  }
}
