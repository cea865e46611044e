import type { FastifyInstance } from "fastify";
import type { Context } from "./context.ts";
import { applicationRoutes } from "./controllers/applications.ts";
import { appSessionRoutes } from "./controllers/app-sessions.ts";
import { contentRoutes } from "./controllers/content.ts";
import { fileRoutes } from "./controllers/files.ts";
import { oauthPageRoutes } from "./controllers/oauth-pages.ts";
import { oauthRoutes, oauthV2Routes } from "./controllers/oauth.ts";
import { projectRoutes } from "./controllers/projects.ts";
import { propertyRoutes } from "./controllers/properties.ts";
import { resourceRoutes } from "./controllers/resources.ts";
import { uploadRoutes } from "./controllers/uploads.ts";
import { userSessionRoutes } from "./controllers/user-sessions.ts";
import { userRoutes } from "./controllers/users.ts";
import { sendProblem } from "./http/answer.ts";
import { Problem, unknownPath } from "./http/problem.ts";

const ROUTES = [
  oauthRoutes,
  userRoutes,
  userSessionRoutes,
  projectRoutes,
  resourceRoutes,
  fileRoutes,
  contentRoutes,
  uploadRoutes,
  appSessionRoutes,
  applicationRoutes,
  propertyRoutes,
];

/** The API half: every route of v1pre3, and the service's answers to what goes wrong. */
export function apiRoutes(app: FastifyInstance, context: Context): void {
  app.register(
    (v1, _options, done) => {
      for (const routes of ROUTES) routes(v1, context);
      done();
    },
    { prefix: "/v1pre3" },
  );
  app.register(
    (v2, _options, done) => {
      oauthV2Routes(v2, context);
      done();
    },
    { prefix: "/v2" },
  );
  oauthPageRoutes(app, context);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, unknownPath()));
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, problemOf(error)));
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(500, "BASESPACE.COMMON.INTERNAL_ERROR", "Sorry, something went wrong");
}
