import type { FastifyInstance, FastifyRequest } from "fastify";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { basicCredentials, sessionOfApplication } from "../access/applications.ts";
import { readFields, textField } from "../http/body.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import { sendResponse } from "../http/response.ts";
import { appResultCompact } from "../serialise/app-result.ts";
import { appSessionFull } from "../serialise/full/app-session.ts";
import type { Json } from "../serialise/view.ts";
import { putWithDatasets, withRequestedStatus } from "../services/app-sessions.ts";
import type { Context } from "../services/context.ts";
import { sessionAuthorizationCode } from "../services/session-authorization.ts";
import type { AppResult, AppSession } from "../state/entities.ts";

const RESULT_SORTS: Sorts<AppResult> = {
  Id: byId,
  Name: byText((result) => result.name),
  DateCreated: byText((result) => result.dateCreated),
};

/** `appsessions/{id}`: read it, change its status, list its app results. */
export function appSessionRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/appsessions/:id", async (request, reply) => {
    return sendResponse(reply, await readSession(context, request));
  });

  app.post("/appsessions/:id", async (request, reply) => {
    const call = apiCall(state, request);
    const fields = await readFields(request);
    const status = textField(fields, "Status") ?? "";
    const session = await setStatus(context, call, status, textField(fields, "StatusSummary"));
    return sendResponse(reply, appSessionFull(view, session));
  });

  app.get("/appsessions/:id/appresults", (request, reply) => {
    const { guard, grants, query, param } = apiCall(state, request);
    const session = guard.needSession("browse", param("id"));
    const results = [...state.indexes.appResultsOfSession(session.id)]
      .map((id) => state.need("appresults", id))
      .filter(
        ({ id, removed }) => removed !== true && grants.may("browse", { noun: "appresults", id }),
      );
    const page = pageOf(results, query, { sorts: RESULT_SORTS });
    return sendResponse(
      reply,
      listResponse(page, (result) => appResultCompact(view, result)),
    );
  });
}

/**
 * Reads a session, authenticated by a token or by the credentials of its application. A started app has only the
 * credentials at first and gets the code for its token with the session.
 */
async function readSession(context: Context, request: FastifyRequest): Promise<Json> {
  const { state, view } = context;
  const credentials = basicCredentials(request.headers.authorization);
  if (credentials === undefined) {
    const { guard, param } = apiCall(state, request);
    return appSessionFull(view, guard.needSession("browse", param("id")));
  }
  const { id = "" } = request.params as Readonly<Record<string, string>>;
  const session = sessionOfApplication(state, id, credentials);
  return appSessionFull(view, session, await sessionAuthorizationCode(context, session));
}

/** Only the session's application may change its status, and only until it has ended. */
async function setStatus(
  { state, clock }: Context,
  { guard, grants, param }: ApiCall,
  status: string,
  summary: string | undefined,
): Promise<AppSession> {
  return await state.transact((transaction) => {
    const session = guard.needSession("write", param("id"));
    const nowMs = clock.now();
    const changed = withRequestedStatus(session, grants, { status, summary, nowMs });
    return putWithDatasets(transaction, state, changed);
  });
}
