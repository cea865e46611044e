import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { needResource, seesResource } from "../access/resources.ts";
import type { Context } from "../context.ts";
import { storedDate } from "../dates.ts";
import { sendResponse } from "../http/answer.ts";
import { type ApiCall, apiCall } from "../http/api-call.ts";
import { readFields } from "../http/body.ts";
import { byText, listResponse, pageOf, type ListRules, wholePage } from "../http/paging.ts";
import { propertyNotFound } from "../http/problem.ts";
import { propertyFull, propertyItem, propertyValues } from "../serialise/properties.ts";
import { parseProperties } from "../services/properties/parse.ts";
import { deleteProperty, setProperties } from "../services/properties/store.ts";
import type { Property, PropertyNoun } from "../state/entities.ts";

type Named = Property & { readonly id: string };

/** Properties come fifty to a page where other lists have ten. */
const RULES: ListRules<Named> = {
  sorts: { Name: byText((property) => property.name) },
  defaultSort: "Name",
  defaultLimit: 50,
};

const WRITABLE: readonly PropertyNoun[] = [
  "projects",
  "samples",
  "appresults",
  "runs",
  "appsessions",
];

/** `{resource}/{id}/properties`, one of them, and the values of one that has many. */
export function propertyRoutes(app: FastifyInstance, context: Context): void {
  for (const noun of [...WRITABLE, "files"] as const) readRoutes(app, context, noun);
  for (const noun of WRITABLE) {
    app.post(
      `/${noun}/:id/properties`,
      async (request, reply) => await postProperties(context, noun, request, reply),
    );

    app.delete(`/${noun}/:id/properties/:name`, async (request, reply) => {
      const { grants, guard, param } = apiCall(context.state, request);
      await context.state.transact((draft) => {
        const { id } = needResource(guard, "write", noun, param("id"));
        deleteProperty(draft, { noun, id }, param("name"), grants);
      });
      return sendResponse(reply, {});
    });
  }
}

function readRoutes(app: FastifyInstance, { state, view }: Context, noun: PropertyNoun): void {
  const propertiesOf = ({ guard, param }: ApiCall): readonly Property[] =>
    needResource(guard, "browse", noun, param("id")).properties ?? [];

  app.get(`/${noun}/:id/properties`, (request, reply) => {
    const call = apiCall(state, request);
    const page = pageOf(withIds(propertiesOf(call)), call.query, RULES);
    const href = `v1pre3/${noun}/${call.param("id")}`;
    const response = listResponse(page, (item) => propertyItem(view, href, item));
    return sendResponse(reply, response);
  });

  app.get(`/${noun}/:id/properties/:name`, (request, reply) => {
    const call = apiCall(state, request);
    const property = named(propertiesOf(call), call.param("name"));
    const href = `v1pre3/${noun}/${call.param("id")}`;
    return sendResponse(reply, propertyFull(view, href, property));
  });

  app.get(`/${noun}/:id/properties/:name/items`, (request, reply) => {
    const call = apiCall(state, request);
    const property = named(propertiesOf(call), call.param("name"));
    const values = propertyValues(view, property);
    if (values === undefined) throw propertyNotFound(`${property.name}/items`);
    const items = values.map((content, index) => ({ id: String(index + 1), content }));
    const page = pageOf(items, call.query, { sorts: {}, defaultSort: "DateCreated" });
    const list = listResponse(page, ({ id, content }) => ({ Id: id, Content: content }));
    return sendResponse(reply, { Type: property.type, ...list });
  });
}

/** Sets what the body names and answers with that: 201 when any of it is new, else 200. */
async function postProperties(
  { state, view, clock }: Context,
  noun: PropertyNoun,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { grants, guard, param } = apiCall(state, request);
  needResource(guard, "write", noun, param("id"));
  const body = (await readFields(request)).get("properties");
  const done = await state.transact((draft) => {
    const before = needResource(guard, "write", noun, param("id"));
    const given = parseProperties(body, "v1pre3", (...target) => seesResource(guard, ...target));
    const author = { grants, date: storedDate(clock.now()) };
    const set = setProperties(draft, { noun, id: before.id }, given, author);
    return { set, before: before.properties ?? [] };
  });
  const { set, before } = done;
  const isNew = set.some(({ name }) => !before.some((property) => property.name === name));
  const href = `v1pre3/${noun}/${param("id")}`;
  const response = listResponse(wholePage(withIds(set), RULES), (item) =>
    propertyItem(view, href, item),
  );
  return sendResponse(reply, response, isNew ? 201 : 200);
}

/** Names are unique in one resource, with regard to case. */
function named(properties: readonly Property[], name: string): Property {
  const property = properties.find((each) => each.name === name);
  if (property === undefined) throw propertyNotFound(name);
  return property;
}

function withIds(properties: readonly Property[]): Named[] {
  return properties.map((property) => ({ ...property, id: property.name }));
}
