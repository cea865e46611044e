/*
 * Begin here: `v2/` has the routes of version 2 of the API, one file for each noun, all of this form. `included.ts`
 * adds the properties that a request includes, and `dataset-uploads.ts` takes files. `../api- routes.ts` adds all of
 * them to the server.
 */

import type { FastifyInstance, FastifyReply } from "fastify";
import { type ApiCall, apiCall } from "../../access/api-call.ts";
import { readFields, textField } from "../../http/body.ts";
import { byId, byText, emptyList, type ListRules, pagedList, pageOf } from "../../http/paging.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { applicationCompact } from "../../serialise/application.ts";
import { datasetSize, datasetV2 } from "../../serialise/v2/dataset.ts";
import type { View } from "../../serialise/view.ts";
import type { Context } from "../../services/context.ts";
import { copyDataset } from "../../services/copy-dataset.ts";
import { createDataset } from "../../services/create-dataset.ts";
import { datasetFilter } from "../../services/dataset-filter.ts";
import type { State } from "../../state/state.ts";
import type { Dataset } from "../../state/v2-entities.ts";
import { includedProperties } from "./included.ts";

const noun = "datasets";

/** v2's `datasets`: list them newest first, all or those of a project; read, create, copy, change name and QC status. */
export function datasetRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;
  const rules = listRules(view);

  const sendList = (reply: FastifyReply, call: ApiCall, all: Iterable<Dataset>): FastifyReply => {
    const page = pageOf(visibleDatasets(state, call, all), call.query, rules);
    return sendWithoutEnvelope(
      reply,
      pagedList(page, (dataset) =>
        datasetV2(view, dataset, includedProperties(view, call.query, noun, dataset)),
      ),
    );
  };

  app.get("/datasets", (request, reply) =>
    sendList(reply, apiCall(state, request), state.all(noun)),
  );

  app.get("/projects/:id/datasets", (request, reply) => {
    const call = apiCall(state, request);
    const project = call.guard.need("browse", "projects", call.param("id"));
    return sendList(
      reply,
      call,
      [...state.indexes.datasetsOf(project.id)].map((id) => state.need(noun, id)),
    );
  });

  app.get("/datasets/:id", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const dataset = guard.need("browse", noun, param("id"));
    const properties = includedProperties(view, query, noun, dataset);
    return sendWithoutEnvelope(reply, datasetV2(view, dataset, properties));
  });

  // The emulator cannot add comments, so the list is always empty.
  app.get("/datasets/:id/comments", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    guard.need("browse", noun, param("id"));
    return sendWithoutEnvelope(reply, emptyList(query));
  });

  changeRoutes(app, context);
}

function changeRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.post("/datasets", async (request, reply) => {
    const call = apiCall(state, request);
    const fields = await readFields(request);
    const dataset = await createDataset(
      context,
      call,
      textField(fields, "ProjectId") ?? "",
      fields,
    );
    return sendWithoutEnvelope(reply, datasetV2(view, dataset), 201);
  });

  app.post("/datasets/:id/copy", async (request, reply) => {
    const call = apiCall(state, request);
    const copy = await copyDataset(context, call, await readFields(request));
    return sendWithoutEnvelope(reply, datasetV2(view, copy), 201);
  });

  app.post("/datasets/:id", async (request, reply) => {
    const { guard, param } = apiCall(state, request);
    const fields = await readFields(request);
    const changed = await state.transact((transaction) => {
      const before = guard.need("write", noun, param("id"));
      const name = textField(fields, "Name") ?? before.name;
      const qcStatus = textField(fields, "QcStatus") ?? before.qcStatus;
      return transaction.put(noun, { ...before, name, qcStatus });
    });
    return sendWithoutEnvelope(reply, datasetV2(view, changed));
  });
}

function visibleDatasets(
  state: State,
  { grants, query }: ApiCall,
  all: Iterable<Dataset>,
): Dataset[] {
  return [...all]
    .filter(({ id, removed }) => removed !== true && grants.may("browse", { noun, id }))
    .filter(datasetFilter(state, query));
}

function listRules(view: View): ListRules<Dataset> {
  const { state } = view;
  const sessionOf = ({ appSessionId }: Dataset): string =>
    state.need("appsessions", appSessionId).name;
  const applicationOf = ({ appSessionId }: Dataset): string => {
    const { applicationId } = state.need("appsessions", appSessionId);
    return String(applicationCompact(view, applicationId)["Name"]);
  };
  return {
    defaultSort: "DateCreated",
    defaultDir: "Desc",
    sorts: {
      Id: byId,
      Name: byText((dataset) => dataset.name),
      DateCreated: byText((dataset) => dataset.dateCreated),
      DateModified: byText((dataset) => dataset.dateModified),
      AppSessionName: byText(sessionOf),
      ApplicationName: byText(applicationOf),
      ProjectName: byText(({ projectId }) => state.need("projects", projectId).name),
      Size: (a, b) => datasetSize(view, a) - datasetSize(view, b),
      QcStatus: byText((dataset) => dataset.qcStatus),
    },
  };
}
