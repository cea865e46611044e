import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { mayBrowseResource, needResource } from "../access/resource-access.ts";
import { readFields } from "../http/body.ts";
import { byText, type ListRules, pageOf, wholePage } from "../http/paging.ts";
import { propertyNotFoundProblem } from "../http/problem.ts";
import type { Context } from "../services/context.ts";
import { parseProperties } from "../services/properties/parse.ts";
import { deleteProperty, setProperties } from "../services/properties/store.ts";
import type { CanResolve } from "../services/properties/values.ts";
import type { PropertyNoun } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";
import { storedDate } from "../text/dates.ts";
import type { PropertyDialect } from "./property-dialect.ts";

type NamedProperty = Property & { readonly id: string };

/** The default page size of properties is 50, where other lists have 10. */
const RULES: ListRules<NamedProperty> = {
  sorts: { Name: byText((property) => property.name) },
  defaultSort: "Name",
  defaultLimit: 50,
};

/** `{resource}/{id}/properties`: the list, one property, and the values of a list property. */
export function propertyRoutes(dialect: PropertyDialect): Routes {
  return (app, context) => {
    for (const noun of dialect.readable) readRoutes(app, context, { dialect, noun });
    for (const noun of dialect.writable) writeRoutes(app, context, { dialect, noun });
  };
}

type Routes = (app: FastifyInstance, context: Context) => void;

interface PropertyRoute {
  readonly dialect: PropertyDialect;
  readonly noun: PropertyNoun;
}

function readRoutes(app: FastifyInstance, { state, view }: Context, route: PropertyRoute): void {
  const { dialect, noun } = route;
  const propertiesOf = ({ guard, param }: ApiCall): readonly Property[] =>
    needResource(guard, "browse", noun, param("id")).properties ?? [];

  app.get(`/${noun}/:id/properties`, (request, reply) => {
    const call = apiCall(state, request);
    const page = pageOf(withIds(propertiesOf(call)), call.query, RULES);
    const href = dialect.href(view, noun, call.param("id"));
    return dialect.send(
      reply,
      dialect.list(page, (item) => dialect.item(view, href, item)),
    );
  });

  app.get(`/${noun}/:id/properties/:name`, (request, reply) => {
    const call = apiCall(state, request);
    const property = needProperty(propertiesOf(call), call.param("name"));
    const href = dialect.href(view, noun, call.param("id"));
    return dialect.send(reply, dialect.full(view, href, property));
  });

  app.get(`/${noun}/:id/properties/:name/items`, (request, reply) => {
    const call = apiCall(state, request);
    const property = needProperty(propertiesOf(call), call.param("name"));
    const entries = dialect.entries(view, property);
    if (entries === undefined) throw propertyNotFoundProblem(`${property.name}/items`);
    const items = entries.map((entry, index) => ({ id: String(index + 1), entry }));
    const page = pageOf(items, call.query, { sorts: {}, defaultSort: "DateCreated" });
    const list = dialect.list(page, ({ id, entry }) => ({ Id: id, ...entry }));
    return dialect.send(reply, { Type: property.type, ...list });
  });
}

function writeRoutes(app: FastifyInstance, context: Context, route: PropertyRoute): void {
  const { dialect, noun } = route;
  app.post(
    `/${noun}/:id/properties`,
    async (request, reply) => await postProperties(context, route, request, reply),
  );

  app.delete(`/${noun}/:id/properties/:name`, async (request, reply) => {
    const { grants, guard, param } = apiCall(context.state, request);
    await context.state.transact((transaction) => {
      const { id } = needResource(guard, "write", noun, param("id"));
      deleteProperty(transaction, { noun, id }, param("name"), grants);
    });
    return dialect.sendDeleted(reply);
  });
}

/** Sets the properties of the body and returns them: 201 if any of them is new, else 200. */
async function postProperties(
  { state, view, clock }: Context,
  { dialect, noun }: PropertyRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { grants, guard, param } = apiCall(state, request);
  needResource(guard, "write", noun, param("id"));
  const body = (await readFields(request)).get("properties");
  const { set, before } = await state.transact((transaction) => {
    const entity = needResource(guard, "write", noun, param("id"));
    const canResolve: CanResolve = (...target) => mayBrowseResource(guard, ...target);
    const newProperties = parseProperties(body, dialect.version, canResolve);
    const author = { grants, date: storedDate(clock.now()) };
    const stored = setProperties(transaction, { noun, id: entity.id }, newProperties, author);
    return { set: stored, before: entity.properties ?? [] };
  });
  const isNew = set.some(({ name }) => !before.some((property) => property.name === name));
  const href = dialect.href(view, noun, param("id"));
  const response = dialect.list(wholePage(withIds(set), RULES), (item) =>
    dialect.item(view, href, item),
  );
  return dialect.send(reply, response, isNew ? 201 : 200);
}

/** Names are unique within a resource and compared case-sensitively. */
function needProperty(properties: readonly Property[], name: string): Property {
  const property = properties.find((each) => each.name === name);
  if (property === undefined) throw propertyNotFoundProblem(name);
  return property;
}

function withIds(properties: readonly Property[]): NamedProperty[] {
  return properties.map((property) => ({ ...property, id: property.name }));
}
