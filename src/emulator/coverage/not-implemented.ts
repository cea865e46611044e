import type { FastifyInstance } from "fastify";
import { Problem } from "../http/problem.ts";
import { type Endpoint, NONE } from "./endpoint.ts";

/** Where people read what the emulator implements. */
export const COVERAGE_PAGE = "docs/emulator-coverage.md";

/**
 * Routes that answer 501: a client that asks for what BaseSpace has is to learn that the emulator lacks it, and not to
 * take it for a path that there is not. `app` has the prefix of the version.
 */
export function notImplementedRoutes(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  for (const { method, path } of endpoints.filter(({ here }) => here === NONE)) {
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
