import type { FastifyInstance } from "fastify";
import type { Guard } from "../access/guard.ts";
import type { Context } from "../context.ts";
import { sendResponse } from "../http/answer.ts";
import { type ApiCall, apiCall } from "../http/api-call.ts";
import { byText, listResponse, pageOf } from "../http/paging.ts";
import { propertyNotFound } from "../http/problem.ts";
import { propertyFull, propertyItem, propertyValues } from "../serialise/properties.ts";
import type { Property } from "../state/entities.ts";

/** Properties come fifty to a page where other lists have ten. */
const DEFAULT_LIMIT = 50;

type Owner = (guard: Guard, id: string) => { readonly properties: readonly Property[] };

const OWNERS: Readonly<Record<string, Owner>> = {
  projects: (guard, id) => guard.need("browse", "projects", id),
  samples: (guard, id) => guard.need("browse", "samples", id),
  appresults: (guard, id) => guard.need("browse", "appresults", id),
  runs: (guard, id) => guard.need("browse", "runs", id),
  appsessions: (guard, id) => guard.needSession("browse", id),
  files: (guard, id) => guard.needFile("browse", id),
};

/** `{resource}/{id}/properties`, one of them, and the values of one that has many. */
export function propertyRoutes(app: FastifyInstance, { state, view }: Context): void {
  for (const [noun, owner] of Object.entries(OWNERS)) {
    const hrefOf = (call: ApiCall): string => `v1pre3/${noun}/${call.param("id")}`;

    app.get(`/${noun}/:id/properties`, (request, reply) => {
      const call = apiCall(state, request);
      const { properties } = owner(call.guard, call.param("id"));
      const page = pageOf(withIds(properties), call.query, {
        sorts: { Name: byText((property) => property.name) },
        defaultSort: "Name",
        defaultLimit: DEFAULT_LIMIT,
      });
      const response = listResponse(page, (item) => propertyItem(view, hrefOf(call), item));
      return sendResponse(reply, response);
    });

    app.get(`/${noun}/:id/properties/:name`, (request, reply) => {
      const call = apiCall(state, request);
      const property = named(owner(call.guard, call.param("id")).properties, call.param("name"));
      return sendResponse(reply, propertyFull(view, hrefOf(call), property));
    });

    app.get(`/${noun}/:id/properties/:name/items`, (request, reply) => {
      const call = apiCall(state, request);
      const property = named(owner(call.guard, call.param("id")).properties, call.param("name"));
      const values = propertyValues(view, property);
      if (values === undefined) throw propertyNotFound(`${property.name}/items`);
      const items = values.map((content, index) => ({ id: String(index + 1), content }));
      const page = pageOf(items, call.query, { sorts: {}, defaultSort: "DateCreated" });
      const list = listResponse(page, ({ id, content }) => ({ Id: id, Content: content }));
      return sendResponse(reply, { Type: property.type, ...(list as object) });
    });
  }
}

/** Names are unique in one resource, with regard to case. */
function named(properties: readonly Property[], name: string): Property {
  const property = properties.find((each) => each.name === name);
  if (property === undefined) throw propertyNotFound(name);
  return property;
}

function withIds(properties: readonly Property[]): (Property & { id: string })[] {
  return properties.map((property) => ({ ...property, id: property.name }));
}
