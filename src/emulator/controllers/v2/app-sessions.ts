import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { readFields, textField } from "../../http/body.ts";
import { emptyList, pagedList, pageOf } from "../../http/paging.ts";
import { badRequestProblem, noPermissionProblem } from "../../http/problem.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { appSessionV2 } from "../../serialise/v2/app-session.ts";
import { trashItem } from "../../serialise/v2/trash-item.ts";
import type { Context } from "../../services/context.ts";
import { putNewSession } from "../../services/session-for-result.ts";
import { sessionFilterV2, sessionSorts } from "../../services/session-lists-v2.ts";
import { stopSession, updateSession } from "../../services/session-updates-v2.ts";
import { deleteSession } from "../../services/trash.ts";
import { storedDate } from "../../text/dates.ts";
import { includedKeys } from "./included.ts";

const noun = "appsessions";

/** v2's `appsessions`: list, read, create, change, stop, delete. */
export function appSessionRoutesV2(app: FastifyInstance, context: Context): void {
  readRoutes(app, context);
  changeRoutes(app, context);
}

function readRoutes(app: FastifyInstance, { state, view }: Context): void {
  app.get("/appsessions", (request, reply) => {
    const call = apiCall(state, request);
    const found = [...state.all(noun)].filter(sessionFilterV2(view, call));
    const page = pageOf(found, call.query, { sorts: sessionSorts(view) });
    return sendWithoutEnvelope(
      reply,
      pagedList(page, (session) => ({
        ...appSessionV2(view, session),
        ...includedKeys(view, call.query, noun, session),
      })),
    );
  });

  app.get("/appsessions/:id", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const session = guard.needSession("browse", param("id"));
    return sendWithoutEnvelope(reply, {
      ...appSessionV2(view, session),
      ...includedKeys(view, query, noun, session),
    });
  });

  // The emulator cannot add either, so both are always empty.
  for (const list of ["comments", "logfiles"]) {
    app.get(`/appsessions/:id/${list}`, (request, reply) => {
      const { guard, query, param } = apiCall(state, request);
      guard.needSession("browse", param("id"));
      return sendWithoutEnvelope(reply, emptyList(query));
    });
  }
}

function changeRoutes(app: FastifyInstance, context: Context): void {
  const { state, view, clock } = context;

  app.post("/appsessions", async (request, reply) => {
    const { grants } = apiCall(state, request);
    const fields = await readFields(request);
    const name = textField(fields, "Name")?.trim() ?? "";
    if (name === "") throw badRequestProblem("The name of the app session is missing");
    if (!grants.mayGlobally("create")) throw noPermissionProblem("create", "AppSession");
    const session = await state.transact((transaction) =>
      putNewSession(transaction, {
        name,
        statusSummary: textField(fields, "StatusSummary") ?? "",
        userId: grants.userId,
        applicationId: grants.token.applicationId,
        dateCreated: storedDate(clock.now()),
      }),
    );
    return sendWithoutEnvelope(reply, appSessionV2(view, session), 201);
  });

  app.post("/appsessions/:id", async (request, reply) => {
    const call = apiCall(state, request);
    const session = await updateSession(context, call, await readFields(request));
    return sendWithoutEnvelope(reply, appSessionV2(view, session));
  });

  app.post("/appsessions/:id/stop", async (request, reply) => {
    const session = await stopSession(context, apiCall(state, request));
    return sendWithoutEnvelope(reply, appSessionV2(view, session));
  });

  app.delete("/appsessions/:id", async (request, reply) => {
    const { grants, guard, query, param } = apiCall(state, request);
    const item = await deleteSession(context, grants, guard.needSession("write", param("id")), {
      keepsMetadata: query.get("preserve")?.toLowerCase() === "metadata",
      bypassesTrash: query.get("bypasstrash")?.toLowerCase() === "true",
    });
    return item === undefined
      ? sendWithoutEnvelope(reply, undefined, 205)
      : sendWithoutEnvelope(reply, trashItem(view, item));
  });
}
