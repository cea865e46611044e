import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { needResource, seesResource } from "../access/resource-access.ts";
import type { Context } from "../services/context.ts";
import { storedDate } from "../text/dates.ts";
import { type ApiCall, apiCall } from "../access/api-call.ts";
import { readFields } from "../http/body.ts";
import { byText, pageOf, type ListRules, wholePage } from "../http/paging.ts";
import { propertyNotFound } from "../http/problem.ts";
import { parseProperties } from "../services/properties/parse.ts";
import { deleteProperty, setProperties } from "../services/properties/store.ts";
import type { Resolves } from "../services/properties/values.ts";
import type { PropertyNoun } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";
import type { PropertyDialect } from "./property-dialect.ts";

type Named = Property & { readonly id: string };

/** Properties come fifty to a page where other lists have ten. */
const RULES: ListRules<Named> = {
  sorts: { Name: byText((property) => property.name) },
  defaultSort: "Name",
  defaultLimit: 50,
};

/** `{resource}/{id}/properties`, one of them, and the values of one that has many. */
export function propertyRoutes(dialect: PropertyDialect): Routes {
  return (app, context) => {
    for (const noun of dialect.readable) readRoutes(app, context, { dialect, noun });
    for (const noun of dialect.writable) writeRoutes(app, context, { dialect, noun });
  };
}

type Routes = (app: FastifyInstance, context: Context) => void;

interface Kind {
  readonly dialect: PropertyDialect;
  readonly noun: PropertyNoun;
}

function readRoutes(app: FastifyInstance, { state, view }: Context, kind: Kind): void {
  const { dialect, noun } = kind;
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
    const property = named(propertiesOf(call), call.param("name"));
    const href = dialect.href(view, noun, call.param("id"));
    return dialect.send(reply, dialect.full(view, href, property));
  });

  app.get(`/${noun}/:id/properties/:name/items`, (request, reply) => {
    const call = apiCall(state, request);
    const property = named(propertiesOf(call), call.param("name"));
    const entries = dialect.entries(view, property);
    if (entries === undefined) throw propertyNotFound(`${property.name}/items`);
    const items = entries.map((entry, index) => ({ id: String(index + 1), entry }));
    const page = pageOf(items, call.query, { sorts: {}, defaultSort: "DateCreated" });
    const list = dialect.list(page, ({ id, entry }) => ({ Id: id, ...entry }));
    return dialect.send(reply, { Type: property.type, ...list });
  });
}

function writeRoutes(app: FastifyInstance, context: Context, kind: Kind): void {
  const { dialect, noun } = kind;
  app.post(
    `/${noun}/:id/properties`,
    async (request, reply) => await postProperties(context, kind, request, reply),
  );

  app.delete(`/${noun}/:id/properties/:name`, async (request, reply) => {
    const { grants, guard, param } = apiCall(context.state, request);
    await context.state.transact((draft) => {
      const { id } = needResource(guard, "write", noun, param("id"));
      deleteProperty(draft, { noun, id }, param("name"), grants);
    });
    return dialect.sendDeleted(reply);
  });
}

/** Sets what the body names and answers with that: 201 when any of it is new, else 200. */
async function postProperties(
  { state, view, clock }: Context,
  { dialect, noun }: Kind,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { grants, guard, param } = apiCall(state, request);
  needResource(guard, "write", noun, param("id"));
  const body = (await readFields(request)).get("properties");
  const { set, before } = await state.transact((draft) => {
    const entity = needResource(guard, "write", noun, param("id"));
    const sees: Resolves = (...target) => seesResource(guard, ...target);
    const given = parseProperties(body, dialect.version, sees);
    const author = { grants, date: storedDate(clock.now()) };
    const done = setProperties(draft, { noun, id: entity.id }, given, author);
    return { set: done, before: entity.properties ?? [] };
  });
  const isNew = set.some(({ name }) => !before.some((property) => property.name === name));
  const href = dialect.href(view, noun, param("id"));
  const response = dialect.list(wholePage(withIds(set), RULES), (item) =>
    dialect.item(view, href, item),
  );
  return dialect.send(reply, response, isNew ? 201 : 200);
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
