import type { FastifyInstance } from "fastify";
import { notImplementedRoutes } from "../coverage/not-implemented.ts";
import { V1_ENDPOINTS } from "../coverage/v1-endpoints.ts";
import { V2_ENDPOINTS } from "../coverage/v2-endpoints.ts";
import { Problem, unknownPathProblem } from "../http/problem.ts";
import { sendProblem, sendV2Problem } from "../http/response.ts";
import type { Context } from "../services/context.ts";
import { appSessionRoutes } from "./app-sessions.ts";
import { applicationRoutes } from "./applications.ts";
import { contentRoutes } from "./content.ts";
import { coverageRoutes } from "./coverage.ts";
import { fileRoutes } from "./files.ts";
import { genomeRoutes } from "./genomes.ts";
import { oauthPageRoutes } from "./oauth-pages.ts";
import { oauthRoutes, oauthV2Routes } from "./oauth.ts";
import { projectRoutes } from "./projects.ts";
import { propertyRoutes } from "./properties.ts";
import { v1Properties, v2Properties } from "./property-dialect.ts";
import { resourceRoutes } from "./resources.ts";
import { uploadRoutes } from "./uploads.ts";
import { userSessionRoutes } from "./user-sessions.ts";
import { userRoutes } from "./users.ts";
import { variantRoutes } from "./variants.ts";
import { appSessionRoutesV2 } from "./v2/app-sessions.ts";
import { archiveRoutes } from "./v2/archive.ts";
import { bioSampleRoutes } from "./v2/biosamples.ts";
import { datasetFileRoutes } from "./v2/dataset-files.ts";
import { datasetUploadRoutes } from "./v2/dataset-uploads.ts";
import { datasetRoutes } from "./v2/datasets.ts";
import { fileUploadInfoRoutes } from "./v2/file-upload-info.ts";
import { fileRoutesV2 } from "./v2/files.ts";
import { peopleRoutesV2 } from "./v2/people.ts";
import { projectRoutesV2 } from "./v2/projects.ts";
import { runRoutesV2 } from "./v2/runs.ts";
import { trashRoutes } from "./v2/trash.ts";

type Routes = (app: FastifyInstance, context: Context) => void;

const V1_ROUTES: readonly Routes[] = [
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
  propertyRoutes(v1Properties),
  coverageRoutes,
  variantRoutes,
  genomeRoutes,
];

const V2_ROUTES: readonly Routes[] = [
  peopleRoutesV2,
  projectRoutesV2,
  bioSampleRoutes,
  datasetRoutes,
  datasetFileRoutes,
  datasetUploadRoutes,
  fileUploadInfoRoutes,
  fileRoutesV2,
  appSessionRoutesV2,
  runRoutesV2,
  trashRoutes,
  archiveRoutes,
  propertyRoutes(v2Properties),
];

/*
 * Begin here. `controllers/` has one file for each noun, for v1 in this folder and for v2 in `v2/`. A controller
 * authenticates the request (`access/api-call.ts`), calls a service for a change, and sends what `serialise/` makes
 * of the result. To add an endpoint: add its route to the controller of its noun, list a new controller below, and
 * add a row in `coverage/`.
 */

/**
 * Adds every route of v1pre3 and v2, the sign-in pages, and the error handlers. An endpoint of BaseSpace that is not
 * implemented returns 501, a path that BaseSpace does not have 404.
 */
export function apiRoutes(app: FastifyInstance, context: Context): void {
  app.register(
    (v1, _options, done) => {
      for (const routes of V1_ROUTES) routes(v1, context);
      notImplementedRoutes(v1, V1_ENDPOINTS);
      done();
    },
    { prefix: "/v1pre3" },
  );
  app.register(
    (v2, _options, done) => {
      v2.setErrorHandler((error, _request, reply) => sendV2Problem(reply, problemOf(error)));
      oauthV2Routes(v2, context);
      for (const routes of V2_ROUTES) routes(v2, context);
      notImplementedRoutes(v2, V2_ENDPOINTS);
      done();
    },
    { prefix: "/v2" },
  );
  oauthPageRoutes(app, context);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, unknownPathProblem()));
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, problemOf(error)));
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(500, "BASESPACE.COMMON.INTERNAL_ERROR", "Sorry, something went wrong");
}
