import type { FastifyInstance } from "fastify";
import { apiCall } from "../../access/api-call.ts";
import { readFields, textField } from "../../http/body.ts";
import { byId, byText, pagedList, pageOf, type Sorts } from "../../http/paging.ts";
import type { Query } from "../../http/query.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { bioSampleV2, libraryV2 } from "../../serialise/v2/biosample.ts";
import type { Context } from "../../services/context.ts";
import type { BioSample, Library } from "../../state/v2-entities.ts";
import { includedKeys } from "./included.ts";

const SORTS: Sorts<BioSample> = {
  Id: byId,
  BioSampleName: byText((bioSample) => bioSample.name),
  Nickname: byText((bioSample) => bioSample.name),
  DateModified: byText((bioSample) => bioSample.dateModified),
  UserOwnedBy: byText((bioSample) => bioSample.ownerId),
  Project: byText((bioSample) => bioSample.defaultProjectId),
  Subject: byId,
  LabStatus: byText((bioSample) => bioSample.labStatus),
  Status: byText((bioSample) => bioSample.status),
};

const LIBRARY_SORTS: Sorts<Library> = {
  Id: byId,
  Name: byText((library) => library.name),
  DateModified: byText((library) => library.dateModified),
};

/** v2's `biosamples`, and their `libraries`. */
export function bioSampleRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/biosamples", (request, reply) => {
    const { grants, query } = apiCall(state, request);
    const found = [...state.all("biosamples")]
      .filter(({ id, removed }) => removed !== true && grants.may("browse", { noun, id }))
      .filter(bioSampleFilter(query));
    return sendWithoutEnvelope(
      reply,
      pagedList(pageOf(found, query, { sorts: SORTS }), (bioSample) => ({
        ...bioSampleV2(view, bioSample),
        ...includedKeys(view, query, noun, bioSample),
      })),
    );
  });

  app.get("/biosamples/:id", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const bioSample = guard.need("browse", noun, param("id"));
    return sendWithoutEnvelope(reply, {
      ...bioSampleV2(view, bioSample),
      ...includedKeys(view, query, noun, bioSample),
    });
  });

  app.post("/biosamples/:id", async (request, reply) => {
    const { guard, param } = apiCall(state, request);
    const fields = await readFields(request);
    const changed = await state.transact((transaction) => {
      const before = guard.need("write", noun, param("id"));
      return transaction.put(noun, {
        ...before,
        name: textField(fields, "BioSampleName") ?? before.name,
        status: textField(fields, "Status") ?? before.status,
        labStatus: textField(fields, "LabStatus") ?? before.labStatus,
      });
    });
    return sendWithoutEnvelope(reply, bioSampleV2(view, changed));
  });

  libraryRoutes(app, context);
}

const noun = "biosamples";

function libraryRoutes(app: FastifyInstance, { state, view }: Context): void {
  app.get("/biosamples/:id/libraries", (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const { id } = guard.need("browse", noun, param("id"));
    const made = [...state.all("libraries")].filter(
      (library) => library.bioSampleId === id && library.removed !== true,
    );
    const page = pageOf(made, query, { sorts: LIBRARY_SORTS });
    return sendWithoutEnvelope(
      reply,
      pagedList(page, (library) => libraryV2(view, library)),
    );
  });

  app.get("/libraries", (request, reply) => {
    const { grants, query } = apiCall(state, request);
    const seen = [...state.all("libraries")].filter(
      ({ id, removed }) => removed !== true && grants.may("browse", { noun: "libraries", id }),
    );
    const page = pageOf(seen, query, { sorts: LIBRARY_SORTS });
    return sendWithoutEnvelope(
      reply,
      pagedList(page, (library) => libraryV2(view, library)),
    );
  });

  app.get("/libraries/:id", (request, reply) => {
    const { guard, param } = apiCall(state, request);
    return sendWithoutEnvelope(
      reply,
      libraryV2(view, guard.need("browse", "libraries", param("id"))),
    );
  });
}

function bioSampleFilter(query: Query): (bioSample: BioSample) => boolean {
  const starts = query.list("propertyNameStartsWith");
  return ({ name, status, labStatus, defaultProjectId, properties }) =>
    query.allows("bioSampleName", name) &&
    query.allows("status", status) &&
    query.allows("labStatus", labStatus) &&
    query.allows("projectId", defaultProjectId) &&
    (starts.length === 0 ||
      properties.some((property) =>
        starts.some((start) => property.name.toLowerCase().startsWith(start)),
      ));
}
